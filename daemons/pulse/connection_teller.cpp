#include "connection_teller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/failover/connection_sync.h"
#include "pulse/failover/told_connections.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

namespace {

/// The handover waits for it, and so do the heartbeats: an eighth of deadtime, which nobody notices.
Duration limit_now(const config::Config& config) {
    return std::clamp<Duration>(config.deadtime / 8, std::chrono::milliseconds(20),
                                std::chrono::milliseconds(100));
}
constexpr auto limit_soon = std::chrono::seconds(20);

/// What every device takes whole.
constexpr int usual_length = 1400;

/// Sends to the partner's daemon, as ours does.
class Sender {
  public:
    [[nodiscard]] static Result<Sender> open(const ipvs::SyncDaemon& daemon) {
        const auto group = daemon.group.value_or(net::IpAddress::v4(0xe0000051));  // 224.0.0.81
        const auto index = ::if_nametoindex(daemon.interface.c_str());
        if (index == 0) return fail_errno("no device " + daemon.interface, errno);
        runtime::UniqueFd socket(
            ::socket(group.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket) return fail_errno("no socket", errno);
        Sender sender(std::move(socket), daemon);
        const int none = 0;
        const int ttl = daemon.ttl.value_or(1);
        const auto port = htons(daemon.port.value_or(net::Port{8848}).number);
        int failed = 0;
        if (group.is_v4()) {
            ip_mreqn device{};
            device.imr_ifindex = static_cast<int>(index);
            failed |= sender.set(IPPROTO_IP, IP_MULTICAST_IF, device);
            failed |= sender.set(IPPROTO_IP, IP_MULTICAST_LOOP, none);
            failed |= sender.set(IPPROTO_IP, IP_MULTICAST_TTL, ttl);
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = port;
            std::ranges::copy(group.bytes(), reinterpret_cast<std::uint8_t*>(&to.sin_addr));
            failed |= sender.aim(to);
        } else {
            failed |= sender.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index));
            failed |= sender.set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, none);
            failed |= sender.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, ttl);
            sockaddr_in6 to{};
            to.sin6_family = AF_INET6;
            to.sin6_port = port;
            to.sin6_scope_id = index;
            std::ranges::copy(group.bytes(), to.sin6_addr.s6_addr);
            failed |= sender.aim(to);
        }
        if (failed != 0) return fail_errno("cannot send to the synchronisation group", errno);
        return sender;
    }

    /// What the device does not take at once is lost, as with the kernel's own.
    void send(std::span<const ipvs::SyncedConnection> connections) const {
        for (const auto& message : ipvs::sync_messages(connections, id_, most_))
            (void)::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    }

  private:
    Sender(runtime::UniqueFd socket, const ipvs::SyncDaemon& daemon)
        : socket_(std::move(socket)),
          id_(static_cast<std::uint8_t>(daemon.id)),
          most_(static_cast<std::size_t>(std::min(daemon.max_length.value_or(usual_length), usual_length))) {}

    template <class T>
    [[nodiscard]] int set(int level, int option, const T& value) const {
        return ::setsockopt(socket_.get(), level, option, &value, sizeof value);
    }
    template <class Address>
    [[nodiscard]] int aim(const Address& to) const {
        return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }

    runtime::UniqueFd socket_;
    std::uint8_t id_;
    std::size_t most_;
};

}  // namespace

Result<std::size_t> ConnectionTeller::tell_of_the_kernels(const config::Config& config, Duration limit) {
    const auto end = Clock::now() + limit;
    const auto daemons = failover::wanted_sync(config, true);
    const auto master = std::ranges::find(daemons, ipvs::SyncRole::master, &ipvs::SyncDaemon::role);
    if (master == daemons.end()) return 0;
    const auto sender = Sender::open(*master);
    if (!sender) return fail(sender.error(), "");
    const runtime::UniqueFd list(::open("/proc/net/ip_vs_conn", O_RDONLY | O_CLOEXEC));
    if (!list) return fail_errno("cannot read the connections", errno);

    std::size_t told = 0;
    std::string rest;  // of a line
    std::array<char, 16384> chunk{};
    while (Clock::now() < end) {
        const auto got = ::read(list.get(), chunk.data(), chunk.size());
        if (got < 0) return fail_errno("cannot read the connections", errno);
        if (got == 0) break;
        rest.append(chunk.data(), static_cast<std::size_t>(got));
        const auto whole = rest.rfind('\n') + 1;
        std::vector<ipvs::SyncedConnection> connections;
        for (const auto line : split(std::string_view(rest).substr(0, whole), '\n')) {
            if (line.find(" TIME_WAIT ") != std::string_view::npos) continue;  // most of a busy list
            const auto connection = ipvs::connection_from(line);
            if (!connection) continue;
            if (const auto synced = failover::to_tell(*connection, config)) connections.push_back(*synced);
        }
        sender->send(connections);
        told += connections.size();
        rest.erase(0, whole);
    }
    return told;
}

void ConnectionTeller::tell_soon(std::shared_ptr<const config::Config> config) {
    if (!config->syncdaemon || busy_) return;
    busy_ = true;
    runtime::spawn_logged(context_, "connection teller", run(std::move(config)));
}

boost::asio::awaitable<void> ConnectionTeller::run(std::shared_ptr<const config::Config> config) {
    const std::function<Result<std::size_t>()> telling = [tell = tell_, config] {
        return tell(*config, limit_soon);
    };
    const auto told = co_await runtime::in_a_thread(2 * limit_soon, "the connections were not told", telling);
    busy_ = false;
    if (!told)
        log::debug("the partner was not told of the connections: {}", told.error().message());
    else
        log::debug("the partner was told of {} connections", *told);
}

void ConnectionTeller::tell_now(const config::Config& config) {
    if (!config.syncdaemon) return;
    if (const auto told = tell_(config, limit_now(config)); !told)
        log::warning("the partner was not told of the latest connections: {}", told.error().message());
}

}  // namespace pulse::daemon
