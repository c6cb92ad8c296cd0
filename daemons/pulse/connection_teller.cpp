#include "connection_teller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/udp.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/failover/connection_sync.h"
#include "pulse/failover/told_connections.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"
#include "pulse/runtime/unique_fd.h"

#include "to_asio.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

/// The handover waits for it, and so do the heartbeats: an eighth of deadtime, which nobody notices.
Duration limit_now(const config::Config& config) {
    return std::clamp<Duration>(config.deadtime / 8, std::chrono::milliseconds(20),
                                std::chrono::milliseconds(100));
}
constexpr auto limit_soon = std::chrono::seconds(20);

/// What every device takes whole.
constexpr int usual_length = 1400;

/// Where the partner's daemon hears, as ours sends: the kernel's own group and port where the file names
/// none.
Result<runtime::UniqueFd> open_socket(const ipvs::SyncDaemon& daemon) {
    const auto group = to_asio(daemon.group.value_or(net::IpAddress::v4(0xe0000051)));  // 224.0.0.81
    const asio::ip::udp::endpoint to(group, daemon.port.value_or(net::Port{8848}).number);
    const bool v4 = group.is_v4();
    const int level = v4 ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6);
    const int none = 0;
    const int hops = daemon.ttl.value_or(1);
    const auto& device = daemon.interface;
    runtime::UniqueFd socket(
        ::socket(to.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
    const auto set = [&](int at, int option, const void* value, std::size_t size) {
        return ::setsockopt(socket.get(), at, option, value, static_cast<socklen_t>(size)) == 0;
    };
    if (!socket || !set(SOL_SOCKET, SO_BINDTODEVICE, device.data(), device.size()) ||
        !set(level, v4 ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, &none, sizeof none) ||
        !set(level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, &hops, sizeof hops) ||
        ::connect(socket.get(), to.data(), static_cast<socklen_t>(to.size())) != 0)
        return fail_errno("cannot send over " + device, errno);
    return socket;
}

}  // namespace

Result<std::size_t> ConnectionTeller::tell_of_the_kernels(const config::Config& config, Duration limit) {
    const auto end = Clock::now() + limit;
    const auto daemons = failover::wanted_sync(config, true);
    const auto master = std::ranges::find(daemons, ipvs::SyncRole::master, &ipvs::SyncDaemon::role);
    if (master == daemons.end()) return 0;
    const auto socket = open_socket(*master);
    if (!socket) return fail(socket.error(), "");
    const auto most =
        static_cast<std::size_t>(std::min(master->max_length.value_or(usual_length), usual_length));
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
        // What the device does not take at once is lost, as with the kernel's own.
        for (const auto& message :
             ipvs::sync_messages(connections, static_cast<std::uint8_t>(master->id), most))
            (void)::send(socket->get(), message.data(), message.size(), MSG_NOSIGNAL);
        told += connections.size();
        rest.erase(0, whole);
    }
    return told;
}

void ConnectionTeller::tell_soon(std::shared_ptr<const config::Config> config) {
    if (!config->syncdaemon) return;
    const bool busy = due_ != nullptr || telling_;
    due_ = std::move(config);
    if (!busy) runtime::spawn_logged(context_, "connection teller", run());
}

asio::awaitable<void> ConnectionTeller::run() {
    while (due_ != nullptr) {
        const auto config = std::exchange(due_, nullptr);
        telling_ = true;
        const std::function<Result<std::size_t>()> telling = [tell = tell_, config] {
            return tell(*config, limit_soon);
        };
        const auto told =
            co_await runtime::in_a_thread(2 * limit_soon, "the connections were not told", telling);
        telling_ = false;
        if (!told)
            log::debug("the partner was not told of the connections: {}", told.error().message());
        else
            log::debug("the partner was told of {} connections", *told);
    }
}

void ConnectionTeller::tell_now(const config::Config& config) {
    if (!config.syncdaemon) return;
    if (const auto told = tell_(config, limit_now(config)); !told)
        log::warning("the partner was not told of the latest connections: {}", told.error().message());
}

}  // namespace pulse::daemon
