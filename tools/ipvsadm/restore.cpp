#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "pulse/base/match.h"
#include "pulse/ipvs/plan.h"
#include "pulse/ipvs/replay.h"
#include "pulse/ipvs/spelling.h"
#include "pulse/kernel/netlink.h"

#include "session.h"

namespace pulse::ipvsadm {

namespace {

/// ipvsadm's sentence, and which line it is about.
void say(const ipvs::RestoreLine& line, std::string_view sentence) {
    fmt::print(stderr, "{}\n  line {}: {}\n", sentence, line.number, line.text);
}

void say(const ipvs::RestoreLine& line, int error_number) {
    const auto& step = std::get<ipvs::ChangeCommand>(*line.command).step;
    say(line, ipvs::kernel_sentence(error_number, subject_of(step)));
}

bool changes_the_table(const ipvs::RestoreLine& line) {
    return line.command && std::holds_alternative<ipvs::ChangeCommand>(*line.command);
}

/// Hands over what is to be read piece by piece, as it comes; false if it cannot be read.
template <class Take>
bool read_pieces(int file, Take take) {
    std::array<char, 1 << 16> buffer{};
    while (true) {
        const auto got = ::read(file, buffer.data(), buffer.size());
        if (got == 0) return true;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            fmt::print(stderr, "cannot read what to restore: {}\n",
                       ipvs::kernel_sentence(errno, ipvs::Subject::table));
            return false;
        }
        if (!take(std::string_view(buffer.data(), static_cast<std::size_t>(got)))) return true;
    }
}

/// What a whole restore file comes to.
struct Outcome {
    ipvs::Table table;
    std::vector<ipvs::Command> others;  ///< what is not about the table, in order
    int status = status_done;           ///< of the last line that cannot be done
};

Outcome outcome_of(const std::vector<ipvs::RestoreLine>& lines, ipvs::Table start) {
    Outcome outcome{.table = std::move(start), .others = {}};
    for (const auto& line : lines) {
        if (!line.command) {
            say(line, line.command.error().text);
            outcome.status = line.command.error().status;
        } else if (changes_the_table(line)) {
            const auto& step = std::get<ipvs::ChangeCommand>(*line.command).step;
            if (const int error_number = ipvs::replay(outcome.table, step); error_number != 0) {
                say(line, error_number);
                outcome.status = status_kernel_refused;
            }
        } else if (std::holds_alternative<ipvs::ClearCommand>(*line.command)) {
            outcome.table.clear();
        } else {
            outcome.others.push_back(*line.command);
        }
    }
    return outcome;
}

}  // namespace

int Session::restore(int file) {
    if (!open()) return status_not_possible;
    ipvs::RestoreReader reader(lookups(), program_);
    int status = status_done;
    bool ended = false;
    const auto take = [&](const std::vector<ipvs::RestoreLine>& lines) {
        run(lines, status);
        ended = ended || status == status_listing_failed || (!lines.empty() && lines.back().ends_the_run());
    };
    const bool whole = read_pieces(file, [&](std::string_view piece) {
        take(reader.read(piece));
        return !ended;
    });
    if (!whole) return status_not_possible;
    if (!ended) take(reader.finish());
    return status;
}

void Session::run(const std::vector<ipvs::RestoreLine>& lines, int& status) {
    std::vector<const ipvs::RestoreLine*> changes;
    for (const auto& line : lines) {
        if (changes_the_table(line)) {
            changes.push_back(&line);
            continue;
        }
        apply(changes, status);
        if (!line.command) {
            say(line, line.command.error().text);
            status = line.command.error().status;
        } else if (const int failed = run(*line.command); failed != status_done) {
            fmt::print(stderr, "  line {}: {}\n", line.number, line.text);
            status = failed;
            // As with the original, a listing that cannot be made is the end.
            if (failed == status_listing_failed) return;
        }
    }
    apply(changes, status);
}

void Session::apply(std::vector<const ipvs::RestoreLine*>& lines, int& status) {
    std::vector<ipvs::Step> steps;
    steps.reserve(lines.size());
    for (const auto* line : lines) steps.push_back(std::get<ipvs::ChangeCommand>(*line->command).step);
    const auto failed = client_->apply(steps);
    if (!failed) {
        fmt::print(stderr, "{}\n", failed.error().message());
        status = status_kernel_refused;
    } else {
        for (const auto& each : *failed) {
            say(*lines[each.index], each.error.code.value());
            status = status_kernel_refused;
        }
    }
    lines.clear();
}

int Session::converge(int file, bool from_empty, bool all_or_nothing) {
    ipvs::RestoreReader reader(lookups(), program_);
    std::vector<ipvs::RestoreLine> lines;
    const auto take = [&](std::vector<ipvs::RestoreLine> read) {
        for (auto& line : read) lines.push_back(std::move(line));
    };
    const bool whole = read_pieces(file, [&](std::string_view piece) {
        take(reader.read(piece));
        return true;
    });
    if (!whole || !open()) return status_not_possible;
    take(reader.finish());

    const auto dump = client_->dump();
    if (!dump) return done(tl::unexpected(dump.error()), ipvs::Subject::table);
    const auto actual = ipvs::table_of(*dump);
    auto outcome = outcome_of(lines, from_empty ? ipvs::Table{} : actual);
    if (all_or_nothing && outcome.status != status_done) return outcome.status;

    const auto steps = ipvs::plan(actual, outcome.table);
    const auto failed = client_->apply(steps);
    if (!failed) return done(tl::unexpected(failed.error()), ipvs::Subject::table);
    for (const auto& each : *failed) {
        const auto& step = steps[each.index];
        fmt::print(stderr, "{}\n  {}\n", ipvs::kernel_sentence(each.error.code.value(), subject_of(step)),
                   ipvs::spelling(step));
        outcome.status = status_kernel_refused;
    }
    if (all_or_nothing && !failed->empty()) {
        const auto now = client_->dump();
        const auto undone =
            now ? client_->apply(ipvs::plan(ipvs::table_of(*now), actual)) : tl::unexpected(now.error());
        if (!undone || !undone->empty()) fmt::print(stderr, "the table could not be put back as it was\n");
        return outcome.status;
    }
    for (const auto& command : outcome.others)
        if (const int status = run(command); status != status_done) outcome.status = status;
    return outcome.status;
}

}  // namespace pulse::ipvsadm
