#pragma once

#include <map>
#include <string>
#include <vector>

namespace pulse::chaos {

/// What became of a request of the client's. `kept` and `broken` are of the connections that last.
enum class Outcome { ok, failed, wrong, kept, broken };

/// Times are seconds since the run began.
struct Request {
    double begin = 0;
    Outcome outcome = Outcome::ok;
    std::string detail;  ///< the server that answered, or the reason
    double late = 0;     ///< how long after its time it began: the guest had no time for the client
};

/// What a kind of fault may cost the client.
enum class Cost {
    nothing,
    traffic,  ///< it takes packets, or a server, away by itself
};

/// From one fault to the next.
struct Window {
    std::string kind;
    Cost cost = Cost::nothing;
    double begin = 0;
    double end = 0;
    double recovery = 0;  ///< how long after the fault everything was right again
};

/// A daemon looked at while everything was quiet.
struct Sample {
    std::string router;
    std::string program;
    int pid = 0;
    double time = 0;
    long resident = 0;  ///< KiB
    long descriptors = 0;
};

/// All faults of one kind together.
struct Figures {
    Cost cost = Cost::nothing;
    int times = 0;
    int requests = 0;
    int failed = 0;
    int wrong = 0;
    int broken = 0;
    double worst_gap = 0;  ///< seconds between two good requests with a failed one between them
    double worst_recovery = 0;
    double worst_late = 0;  ///< of the client itself; if this is large, the machine was too busy to judge
    std::map<std::string, int> reasons;
};

/// A request belongs to the window in which it began. `requests` need not be in order.
[[nodiscard]] std::map<std::string, Figures> by_kind(const std::vector<Window>& windows,
                                                     std::vector<Request> requests);

/// Everything in the figures that must not be, one line each.
[[nodiscard]] std::vector<std::string> complaints(const std::map<std::string, Figures>& figures);

/// Daemons that grew while they lived; one line each.
[[nodiscard]] std::vector<std::string> growth(const std::vector<Sample>& samples);

/// For people.
[[nodiscard]] std::string to_table(const std::map<std::string, Figures>& figures, double deadtime);

/// For tests/chaos/campaign: a line of words for each kind.
[[nodiscard]] std::string to_lines(const std::map<std::string, Figures>& figures);

}  // namespace pulse::chaos
