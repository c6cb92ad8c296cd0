#include "original_peer.h"

#include <algorithm>

namespace pulse::lab {

namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

const Bytes running{0xda, 0xdb, 0xad, 0xbd};
const Bytes stopped{0xbd, 0xda, 0xbd, 0xad};
constexpr std::uint16_t port = 539;

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

}  // namespace pulse::lab
