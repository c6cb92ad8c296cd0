#include "original_peer.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <ifaddrs.h>

namespace pulse::lab {

namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

const Bytes running{0xda, 0xdb, 0xad, 0xbd};
const Bytes stopped{0xbd, 0xda, 0xbd, 0xad};
constexpr std::uint16_t port = 539;

/// In the network this thread is in.
bool is_up(const in_addr& address) {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return false;
    bool found = false;
    for (const auto* one = all; one != nullptr; one = one->ifa_next)
        if (one->ifa_addr != nullptr && one->ifa_addr->sa_family == AF_INET)
            found = found ||
                    reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr.s_addr == address.s_addr;
    ::freeifaddrs(all);
    return found;
}

}  // namespace

OriginalPeer::OriginalPeer(const std::string& host, std::string own, std::string partner, bool master,
                           std::chrono::milliseconds keepalive, std::chrono::milliseconds deadtime)
    : partner_(std::move(partner)),
      master_(master),
      keepalive_(keepalive),
      deadtime_(deadtime),
      socket_(host, own, port),
      send_at_(Clock::now() + keepalive),
      dead_at_(Clock::now() + deadtime) {}

void OriginalPeer::run(std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
        const auto next = std::min({send_at_, dead_at_, end});
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
        if (const auto bytes = socket_.receive(static_cast<int>(std::max<long>(wait.count(), 0))))
            hear(*bytes);
        if (Clock::now() >= send_at_) {
            say(active_);
            send_at_ = Clock::now() + keepalive_;
        }
        if (Clock::now() >= dead_at_) {
            dead_at_ = Clock::now() + deadtime_;
            times_activated_ += active_ ? 0 : 1;
            active_ = true;
        }
    }
}

void OriginalPeer::say(bool is_running) { socket_.send(is_running ? running : stopped, partner_, port); }

void OriginalPeer::hear(const Bytes& bytes) {
    heard_.push_back(bytes);
    if (bytes.size() < 4) return;
    const Bytes word(bytes.begin(), bytes.begin() + 4);
    if (word != running && word != stopped) return;  // "Incompatible heartbeat received"
    dead_at_ = Clock::now() + deadtime_;
    if (word == stopped && !active_) {
        active_ = true;
        ++times_activated_;
    } else if (word == running && active_) {
        if (master_) {
            ++announcements_;
        } else {
            say(true);
            active_ = false;
        }
    }
}

BothActive::BothActive(const std::string& router, std::string address, const OriginalPeer& original)
    : thread_([this, router, address = std::move(address), &original] { watch(router, address, original); }) {
}

BothActive::~BothActive() {
    stop_ = true;
    thread_.join();
}

void BothActive::watch(const std::string& router, const std::string& address, const OriginalPeer& original) {
    const InHost here(router);
    in_addr wanted{};
    (void)::inet_pton(AF_INET, address.c_str(), &wanted);
    Clock::duration both{};
    auto seen_at = Clock::now();
    bool before = false;
    while (!stop_) {
        // In this order: an address that is dropped and then given to the original is not seen as both's.
        const bool now_both = original.active() && is_up(wanted);
        const auto now = Clock::now();
        if (before && now_both) both += now - seen_at;
        before = now_both;
        seen_at = now;
        milliseconds_ = std::chrono::duration_cast<std::chrono::milliseconds>(both).count();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace pulse::lab
