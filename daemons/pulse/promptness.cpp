#include "promptness.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

#include <sys/mman.h>

#include <sched.h>

#include "pulse/log/log.h"

namespace pulse::daemon {

namespace {

Duration read_clock(clockid_t clock) {
    timespec time{};
    (void)::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string reason() { return std::error_code(errno, std::system_category()).message(); }

}  // namespace

void Promptness::ask_for_it() {
    // The lowest real-time priority is above every ordinary process; the kernel's own threads stay above us.
    const sched_param lowest{.sched_priority = 1};
    realtime_ = ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0;
    if (!realtime_) log::debug("no real-time priority: {}", reason());
    // Pages are locked as they come into use: a thread's whole stack at once would take longer than a
    // heartbeat may.
    locked_ = ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
    if (!locked_) log::debug("memory not locked: {}", reason());
}

void Promptness::came(TimePoint due, TimePoint now) {
    const auto late = std::max(now - due, Duration{0});
    if (now - minute_began_ >= std::chrono::minutes(1)) {
        last_minute_ = now - minute_began_ < std::chrono::minutes(2) ? this_minute_ : Duration{0};
        this_minute_ = Duration{0};
        minute_began_ = now;
    }
    worst_ = std::max(worst_, late);
    this_minute_ = std::max(this_minute_, late);
}

Duration Promptness::suspended() {
    const auto ahead = read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
    const auto grown = compared_ ? ahead - ahead_ : Duration{0};
    compared_ = true;
    ahead_ = ahead;
    return grown;
}

}  // namespace pulse::daemon
