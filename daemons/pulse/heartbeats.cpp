#include "heartbeats.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <fcntl.h>
#include <fmt/format.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

#include "to_asio.h"

namespace pulse::daemon {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

/// A flood must not push the partner's heartbeats out, nor real-time priority starve the machine: what is
/// waiting is read in batches, and after a few of them everything else gets its turn.
constexpr std::size_t batch_size = 64;
constexpr int batches_at_once = 4;
constexpr int receive_buffer = 1 << 20;

std::uint64_t random_epoch() {
    std::random_device device;
    const auto epoch = std::uint64_t{device()} << 32U | device();
    return epoch == 0 ? 1 : epoch;
}

}  // namespace

/// What one recvmmsg(2) takes.
class Heartbeats::Batch {
  public:
    Batch() {
        for (std::size_t i = 0; i < batch_size; ++i) {
            parts_[i] = {.iov_base = bytes_[i].data(), .iov_len = bytes_[i].size()};
            messages_[i].msg_hdr.msg_name = &senders_[i];
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    Batch(Batch&&) = delete;
    Batch& operator=(Batch&&) = delete;
    ~Batch() = default;

    /// How many there were; -1 and errno if none.
    int receive(int socket) {
        for (auto& message : messages_) message.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
        return ::recvmmsg(socket, messages_.data(), batch_size, MSG_DONTWAIT, nullptr);
    }

    /// One byte more than the longest message fits: what is longer is seen to be.
    [[nodiscard]] std::span<const std::uint8_t> datagram(std::size_t i) const {
        return std::span(bytes_[i]).first(messages_[i].msg_len);
    }
    [[nodiscard]] net::IpAddress sender(std::size_t i) const {
        const auto& from = senders_[i];
        std::array<std::uint8_t, 16> bytes{};
        if (from.sin6_family == AF_INET6) {
            std::memcpy(bytes.data(), &from.sin6_addr, bytes.size());
            return net::IpAddress::from_bytes(net::Family::v6, bytes);
        }
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        return net::IpAddress::v4(ntohl(v4.sin_addr.s_addr));
    }

  private:
    std::array<std::array<std::uint8_t, heartbeat::longest_message + 1>, batch_size> bytes_{};
    std::array<iovec, batch_size> parts_{};
    std::array<sockaddr_in6, batch_size> senders_{};
    std::array<mmsghdr, batch_size> messages_{};
};

/// The lines for some paths; those that are in use already are not changed before `use`.
class Heartbeats::Bound : public HeartbeatLines::Prepared {
  public:
    explicit Bound(std::vector<failover::Path> all) : paths(std::move(all)) {}

    std::vector<failover::Path> paths;
    std::vector<std::shared_ptr<Line>> lines;  ///< one for each
};

Result<std::shared_ptr<Heartbeats::Line>> Heartbeats::bind(asio::io_context& context,
                                                           const failover::Path& path) {
    const udp::endpoint own(to_asio(path.own), path.port.number);
    udp::socket socket(context);
    boost::system::error_code error;
    (void)socket.open(own.protocol(), error);
    const int handle = socket.native_handle();
    const int on = 1;
    // lvsd or a hook that inherited it would keep the address after we are gone.
    if (!error) (void)::fcntl(handle, F_SETFD, FD_CLOEXEC);
    // An address that comes later, or is still tentative, is heard from the moment it is there.
    if (path.own.is_v4())
        (void)::setsockopt(handle, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
    else
        (void)::setsockopt(handle, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    if (!error) (void)socket.bind(own, error);
    if (!error) (void)socket.non_blocking(true, error);
    if (error)
        return fail(std::error_code(error),
                    "failed to bind to heartbeat address " + net::Endpoint{path.own, path.port}.to_string());
    boost::system::error_code ignored;  // less room, or a lower place in a switch's queue, is no reason
    (void)socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer), ignored);
    const int network_control = IPTOS_CLASS_CS6;
    if (path.own.is_v4())
        (void)::setsockopt(handle, IPPROTO_IP, IP_TOS, &network_control, sizeof network_control);
    else
        (void)::setsockopt(handle, IPPROTO_IPV6, IPV6_TCLASS, &network_control, sizeof network_control);
    return std::make_shared<Line>(
        Line{.path = path, .socket = std::move(socket), .partner = {}, .number = 0});
}

Result<Heartbeats> Heartbeats::open(asio::io_context& context, const std::vector<failover::Path>& paths,
                                    const Speech& speech) {
    Heartbeats opened(context);
    auto bound = opened.prepare(paths);
    if (!bound) return fail(bound.error(), "");
    opened.use(std::move(*bound), speech);
    return opened;
}

Result<std::unique_ptr<HeartbeatLines::Prepared>> Heartbeats::prepare(
    const std::vector<failover::Path>& paths) {
    auto bound = std::make_unique<Bound>(paths);
    auto& lines = bound->lines;
    for (const auto& path : paths) {
        // An address can be bound once: who has it keeps it, whoever the partner is.
        const auto kept = std::ranges::find_if(lines_, [&](const auto& line) {
            return line->path.own == path.own && line->path.port == path.port &&
                   std::ranges::find(lines, line) == lines.end();
        });
        auto line = kept != lines_.end() ? *kept : bind(*context_, path);
        if (!line) return fail(line.error(), "");
        lines.push_back(std::move(*line));
    }
    return std::unique_ptr<Prepared>(std::move(bound));
}

void Heartbeats::use(std::unique_ptr<Prepared> prepared, const Speech& speech) {
    auto& bound = dynamic_cast<Bound&>(*prepared);
    const auto before = std::exchange(lines_, std::move(bound.lines));
    paths_ = std::move(bound.paths);
    for (const auto& line : before)
        if (std::ranges::find(lines_, line) == lines_.end()) line->socket.close();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        auto& line = *lines_[i];
        line.path = paths_[i];
        line.number = i;
        line.partner = udp::endpoint(to_asio(line.path.partner), line.path.port.number);
        if (on_heard_ && std::ranges::find(before, lines_[i]) == before.end())
            runtime::spawn_logged(*context_, "heartbeats over the " + line.path.name + " path",
                                  hear(lines_[i]));
    }
    speak(speech);
}

void Heartbeats::speak(const Speech& speech) {
    codec_.reset();
    if (!speech.keys.empty()) codec_.emplace(speech.keys);
    if (session_)
        session_->change_window(speech.deadtime);
    else
        session_.emplace(random_epoch(), speech.deadtime);
}

void Heartbeats::listen(OnHeard on_heard) {
    on_heard_ = std::move(on_heard);
    for (const auto& line : lines_)
        runtime::spawn_logged(*context_, "heartbeats over the " + line->path.name + " path", hear(line));
}

asio::awaitable<void> Heartbeats::hear(std::shared_ptr<Line> line) {
    const auto batch = std::make_unique<Batch>();
    for (;;) {
        const auto [error] = co_await line->socket.async_wait(udp::socket::wait_read, runtime::as_result);
        if (error || !line->socket.is_open()) co_return;
        for (int i = 0; i < batches_at_once && line->socket.is_open(); ++i) {
            const int count = batch->receive(line->socket.native_handle());
            // The partner's host answers "nobody listens here" while its pulse is down.
            if (count < 0 && errno != EAGAIN && errno != ECONNREFUSED && errno != EINTR)
                log::warning("recvfrom() failed: {}",
                             std::error_code(errno, std::system_category()).message());
            for (std::size_t at = 0; count > 0 && at < static_cast<std::size_t>(count); ++at)
                take(*line, batch->datagram(at), batch->sender(at));
            if (count < static_cast<int>(batch_size)) break;
        }
    }
}

void Heartbeats::take(Line& line, std::span<const std::uint8_t> datagram, const net::IpAddress& from) {
    if (from != line.path.partner &&
        std::ranges::none_of(paths_, [&](const auto& path) { return path.partner == from; })) {
        ++line.counters.strangers;
        return log_stranger(line, from);
    }
    if (codec_)
        take_signed(line, datagram, from);
    else
        take_classic(line, datagram);
}

void Heartbeats::take_classic(Line& line, std::span<const std::uint8_t> datagram) {
    const auto decoded = heartbeat::decode(datagram);
    if (std::holds_alternative<heartbeat::Word>(decoded))
        ++line.counters.heard;
    else
        ++line.counters.malformed;
    std::visit([&](const auto& content) { on_heard_(content, line.number); }, decoded);
}

void Heartbeats::take_signed(Line& line, std::span<const std::uint8_t> datagram, const net::IpAddress& from) {
    if (!codec_ || !session_) return;
    const auto decoded = codec_->decode(datagram, {.from = from, .to = line.path.own});
    if (const auto* refusal = std::get_if<heartbeat::Refusal>(&decoded)) {
        ++line.counters.refused.at(static_cast<std::size_t>(*refusal));
        return log_refused(line);
    }
    const auto& message = std::get<heartbeat::Message>(decoded);
    switch (session_->receive(message.header, line.number, Clock::now())) {
        case heartbeat::Freshness::fresh:
            ++line.counters.heard;
            return on_heard_(message.report, line.number);
        case heartbeat::Freshness::copy:
            ++line.counters.heard;
            return on_heard_(failover::Copy{}, line.number);
        case heartbeat::Freshness::unproven:
            ++line.counters.unproven;
            return on_heard_(failover::Unproven{}, line.number);
        case heartbeat::Freshness::replayed:
            ++line.counters.replayed;
            return log_refused(line);
    }
}

/// As the original: of interest to somebody who looks for something, and then once a minute is enough.
void Heartbeats::log_stranger(Line& line, const net::IpAddress& from) {
    const auto now = Clock::now();
    if (now < line.strangers_quiet_until) return;
    line.strangers_quiet_until = now + std::chrono::minutes(1);
    log::debug("Unexpected heartbeat from {}", from.to_string());
}

/// The first is logged, then once a minute how many and why.
void Heartbeats::log_refused(Line& line) {
    const auto now = Clock::now();
    if (now < line.quiet_until) return;
    line.quiet_until = now + std::chrono::minutes(1);
    std::string why;
    std::uint64_t all = line.counters.replayed;
    for (std::size_t i = 0; i < line.counters.refused.size(); ++i) {
        const auto count = line.counters.refused.at(i);
        all += count;
        if (count > 0)
            why += fmt::format(", {} {}", count, failover::text_of(static_cast<heartbeat::Refusal>(i)));
    }
    if (line.counters.replayed > 0) why += fmt::format(", {} replayed", line.counters.replayed);
    log::warning("{} heartbeats refused over the {} path since the last such line; since start: {}",
                 all - line.refused_logged, line.path.name, why.substr(2));
    line.refused_logged = all;
}

void Heartbeats::send(const heartbeat::Report& report) {
    heartbeat::Message message{.header = {}, .report = report};
    if (codec_ && session_) message.header = session_->next(Clock::now());
    const auto classic = heartbeat::encode(heartbeat::word_for(report));
    for (const auto& line : lines_) {
        const auto bytes = codec_
                               ? codec_->encode(message, {.from = line->path.own, .to = line->path.partner})
                               : std::vector<std::uint8_t>(classic.begin(), classic.end());
        boost::system::error_code error;
        line->socket.send_to(asio::buffer(bytes), line->partner, 0, error);
        const bool failed = error && error != asio::error::connection_refused;
        auto& failing = line->counters.sending_fails;
        if (failed && !failing)
            log::warning("failed to send heartbeat ({} if): {}", line->path.name, error.message());
        if (!failed && failing) log::info("heartbeats leave over the {} path again", line->path.name);
        failing = failed;
        if (!failed) ++line->counters.sent;
    }
}

std::vector<failover::PathCounters> Heartbeats::counters() const {
    std::vector<failover::PathCounters> all;
    all.reserve(lines_.size());
    for (const auto& line : lines_) all.push_back(line->counters);
    return all;
}

}  // namespace pulse::daemon
