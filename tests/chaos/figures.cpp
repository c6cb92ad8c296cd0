#include "figures.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace pulse::chaos {
namespace {

/// A daemon that does the same again and again may still fill caches; what grows for ever passes this some
/// day.
constexpr long spare_memory = 8 * 1024;
constexpr long spare_descriptors = 8;

double worst_gap(const std::vector<Request>& requests, const Window& window) {
    double worst = 0;
    double last_good = window.begin;
    bool failed_since = false;
    for (const auto& request : requests) {
        if (request.begin < window.begin || request.begin >= window.end) continue;
        if (request.outcome == Outcome::failed || request.outcome == Outcome::wrong) failed_since = true;
        if (request.outcome != Outcome::ok) continue;
        if (std::exchange(failed_since, false)) worst = std::max(worst, request.begin - last_good);
        last_good = request.begin;
    }
    return failed_since ? std::max(worst, window.end - last_good) : worst;
}

void count(Figures& figures, const Request& request) {
    figures.worst_late = std::max(figures.worst_late, request.late);
    switch (request.outcome) {
        case Outcome::ok:
            ++figures.requests;
            return;
        case Outcome::failed:
            ++figures.requests;
            ++figures.failed;
            break;
        case Outcome::wrong:
            ++figures.requests;
            ++figures.wrong;
            break;
        case Outcome::kept:
            return;
        case Outcome::broken:
            ++figures.broken;
            break;
    }
    ++figures.reasons[(request.outcome == Outcome::broken ? "long: " : "") + request.detail];
}

}  // namespace

std::map<std::string, Figures> by_kind(const std::vector<Window>& windows, std::vector<Request> requests) {
    std::ranges::sort(requests, {}, &Request::begin);
    std::map<std::string, Figures> kinds;
    for (const auto& window : windows) {
        auto& figures = kinds[window.kind];
        figures.cost = window.cost;
        ++figures.times;
        figures.worst_recovery = std::max(figures.worst_recovery, window.recovery);
        figures.worst_gap = std::max(figures.worst_gap, worst_gap(requests, window));
        for (const auto& request : requests)
            if (request.begin >= window.begin && request.begin < window.end) count(figures, request);
    }
    return kinds;
}

std::vector<std::string> complaints(const std::map<std::string, Figures>& figures) {
    std::vector<std::string> found;
    for (const auto& [kind, one] : figures) {
        if (one.requests == 0) found.push_back(kind + ": nobody asked");
        if (one.wrong > 0) found.push_back(fmt::format("{}: {} wrong answers", kind, one.wrong));
        if (one.failed > 0 && one.cost == Cost::nothing)
            found.push_back(fmt::format("{}: {} of {} requests failed", kind, one.failed, one.requests));
        if (one.broken > 0 && one.cost == Cost::nothing)
            found.push_back(fmt::format("{}: {} long connections broke", kind, one.broken));
    }
    return found;
}

std::vector<std::string> growth(const std::vector<Sample>& samples) {
    std::map<std::tuple<std::string, std::string, int>, std::pair<Sample, Sample>> lives;
    for (const auto& sample : samples) {
        const auto [life, first] =
            lives.try_emplace({sample.router, sample.program, sample.pid}, sample, sample);
        if (!first) life->second.second = sample;
    }
    std::vector<std::string> found;
    for (const auto& [who, life] : lives) {
        const auto& [first, last] = life;
        if (last.resident - first.resident > spare_memory + first.resident / 2)
            found.push_back(fmt::format("{} of {} grew from {} to {} KiB in {:.0f} s", first.program,
                                        first.router, first.resident, last.resident, last.time - first.time));
        if (last.descriptors - first.descriptors > spare_descriptors)
            found.push_back(fmt::format("{} of {} went from {} to {} descriptors in {:.0f} s", first.program,
                                        first.router, first.descriptors, last.descriptors,
                                        last.time - first.time));
    }
    return found;
}

std::string to_table(const std::map<std::string, Figures>& figures, double deadtime) {
    auto text =
        fmt::format("{:28}{:>6}{:>10}{:>8}{:>7}{:>8}{:>10}{:>12}{:>9}  {}\n", "fault", "times", "requests",
                    "failed", "wrong", "broken", "gap ms", "recovery s", "late ms", "why");
    for (const auto& [kind, one] : figures) {
        auto name = kind + (one.cost == Cost::traffic ? " *" : "");
        fmt::format_to(std::back_inserter(text), "{:28}{:>6}{:>10}{:>8}{:>7}{:>8}{:>10.0f}{:>12.1f}{:>9.0f} ",
                       name, one.times, one.requests, one.failed, one.wrong, one.broken, one.worst_gap * 1e3,
                       one.worst_recovery, one.worst_late * 1e3);
        for (const auto& [reason, times] : one.reasons)
            fmt::format_to(std::back_inserter(text), " {}× {}", times, reason);
        text += '\n';
    }
    fmt::format_to(std::back_inserter(text),
                   "* cuts traffic by itself: what it costs stands beside deadtime, {:.0f} ms\n",
                   deadtime * 1e3);
    text +=
        "late: how long the client itself had to wait for the processor; nothing is to be judged where that "
        "is large\n";
    return text;
}

std::string to_lines(const std::map<std::string, Figures>& figures) {
    std::string text;
    for (const auto& [kind, one] : figures)
        fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {} {} {:.0f} {:.1f} {:.0f}\n", kind,
                       one.cost == Cost::traffic ? "traffic" : "nothing", one.times, one.requests, one.failed,
                       one.wrong, one.broken, one.worst_gap * 1e3, one.worst_recovery, one.worst_late * 1e3);
    return text;
}

}  // namespace pulse::chaos
