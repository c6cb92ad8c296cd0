#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/heartbeat/authenticated.h"

namespace pulse::heartbeat {

/// What a genuine message is worth.
enum class Freshness : std::uint8_t {
    fresh,     ///< news
    copy,      ///< another way brought it first; this way works too
    replayed,  ///< was heard before, or was said before the epoch that counts
    unproven,  ///< of an epoch that has not yet shown that it is now: answer, and its next one will
};

/// Tells news from what somebody recorded. Neither side keeps anything over a restart and no clocks are
/// compared: an epoch counts once a message of it repeats to us a number that we sent a moment ago.
class Session {
  public:
    /// `epoch`: at random, not 0. `window`: how old the number may be that proves a new epoch.
    Session(std::uint64_t epoch, Duration window) : epoch_(epoch), window_(window) {}

    /// The header of the next message, which goes out on every way.
    [[nodiscard]] Header next(TimePoint now);

    /// Judges a genuine message that came on way number `path`.
    [[nodiscard]] Freshness receive(const Header& header, std::size_t path, TimePoint now);

    void change_window(Duration window) { window_ = window; }

  private:
    struct Heard {
        std::uint64_t epoch = 0;
        std::uint64_t sequence = 0;
        TimePoint at{};
    };

    void roll(TimePoint now);
    [[nodiscard]] bool proves(const Header& header) const;
    void adopt(const Header& header, std::size_t path);
    [[nodiscard]] Freshness judge(const Header& header, std::size_t path);
    void remember(const Header& header, TimePoint now);

    std::uint64_t epoch_;
    Duration window_;
    std::uint64_t sent_ = 0;
    std::uint64_t recent_ = 0;  ///< numbers above this one were sent less than `window_` ago
    std::uint64_t middle_ = 0;  ///< becomes recent_
    TimePoint rolled_at_{};

    Heard partner_;                            ///< the epoch that counts; none while epoch is 0
    std::uint64_t floor_ = 0;                  ///< of partner_: what came before it was adopted is old
    std::vector<std::uint64_t> last_on_path_;  ///< of partner_
    std::uint64_t barrier_ = 0;    ///< what the epoch before partner_ said repeats no higher number
    std::vector<Heard> unproven_;  ///< epochs that may come to count
    std::size_t turn_ = 0;         ///< whose of unproven_ number is repeated next
};

}  // namespace pulse::heartbeat
