#include "connection_counter.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

namespace pulse::daemon {

namespace {

/// Ten million connections take a few seconds.
constexpr auto counting_limit = std::chrono::minutes(1);

/// Lines of the kernel's list but its heading and what is over already; 0 where IPVS is not loaded. A
/// router that comes back is told of no connection that has ended, and misses nothing by it.
std::uint64_t connections() {
    std::ifstream list("/proc/net/ip_vs_conn");
    std::uint64_t open = 0;
    std::string line;
    std::getline(list, line);
    while (std::getline(list, line))
        if (line.find(" TIME_WAIT ") == std::string::npos && line.find(" CLOSE ") == std::string::npos)
            ++open;
    return open;
}

}  // namespace

void ConnectionCounter::count(bool wanted) {
    wanted_ = wanted;
    if (!wanted || running_) return;
    running_ = true;
    runtime::spawn_logged(context_, "connection counter", run());
}

boost::asio::awaitable<void> ConnectionCounter::run() {
    const std::function<Result<std::uint64_t>()> counting = [] { return connections(); };
    while (wanted_) {
        const auto began = Clock::now();
        const auto count =
            co_await runtime::in_a_thread(counting_limit, "the connections were not counted", counting);
        if (count) on_count_(*count);
        // A tenth of the time at most is spent on it.
        const auto pause = std::max<Duration>(std::chrono::seconds(2), 9 * (Clock::now() - began));
        co_await runtime::sleep_until(Clock::now() + pause);
    }
    running_ = false;
}

}  // namespace pulse::daemon
