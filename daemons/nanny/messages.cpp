#include "messages.h"

#include <system_error>

#include <fmt/format.h>

namespace pulse::nanny {

using health::Reason;

namespace {

std::string server(const Subject& subject) { return subject.server.to_string(); }

}  // namespace

Subject subject_of(const health::NannySpec& spec) {
    return {.server = {spec.real_server, spec.real_port},
            .service = {spec.virtual_address, spec.virtual_port},
            .program = spec.send_program.value_or("")};
}

std::string start_line(const Subject& subject) {
    return fmt::format("starting LVS client monitor for {} -> {}", subject.service.to_string(),
                       server(subject));
}

std::optional<std::string> failure_line(const Subject& subject, const health::Outcome& outcome) {
    const auto error = std::generic_category().message(outcome.number);
    switch (outcome.reason) {
        case Reason::connect_timed_out:
            return fmt::format("CONNECT to {} timed out", server(subject));
        case Reason::write_failed:
            return fmt::format("WRITE operation for {} returned error: {}", server(subject), error);
        case Reason::read_failed:
            return fmt::format("READ returned error {}:{}", outcome.number, error);
        case Reason::read_timed_out:
            return fmt::format("READ to {} timed out", server(subject));
        case Reason::closed_early:
            if (outcome.wanted == 0) return std::nullopt;
            return fmt::format("READ from {} was too short[{}>={}]", server(subject), outcome.wanted,
                               outcome.received);
        case Reason::bad_expression:
            return fmt::format("Error '{}' processing expected regular expression", outcome.detail);
        case Reason::program_exited:
        case Reason::program_killed:
        case Reason::program_cannot_run:
            return fmt::format("The following exited abnormally: {}", subject.program);
        case Reason::program_timed_out:
            return fmt::format("timeout running the following: {}", subject.program);
        case Reason::program_differs:
            return fmt::format("Trouble. Received results are not what we expected from ({})",
                               server(subject));
        case Reason::none:
        case Reason::connect_refused:
        case Reason::connect_failed:
        case Reason::write_timed_out:
        case Reason::answer_differs:
        case Reason::bad_answer:
        case Reason::service_refused:
        case Reason::http_status:
        case Reason::http_body:
        case Reason::dns_status:
        case Reason::dns_differs:
        case Reason::tls_failed:
        case Reason::certificate_untrusted:
        case Reason::certificate_expired:
        case Reason::certificate_differs:
        case Reason::silent_since_refused:
        case Reason::forced_down:
        case Reason::local_failure:
            break;
    }
    return std::nullopt;
}

std::optional<std::string> original_change_line(const Subject& subject, const health::Change& change) {
    if (change.to == health::Verdict::up)
        return fmt::format("[ active ] making {} available", server(subject));
    if (change.from != health::Verdict::up) return std::nullopt;
    return fmt::format("[inactive] shutting down {} due to connection failure", server(subject));
}

std::string change_line(const Subject& subject, const health::Change& change, long failures) {
    auto line = fmt::format("real server {} {} -> {}", server(subject), health::name(change.from),
                            health::name(change.to));
    if (!change.reason.empty())
        line += fmt::format(" ({})", change.reason);
    else if (failures > 0)
        line += fmt::format(" (after {} failed checks)", failures);
    return line;
}

std::string hold_line(const Subject& subject, Duration hold) {
    return fmt::format(
        "real server {} stays out for {} s at least: it keeps failing (pulsectl clear-hold ends it)",
        server(subject), std::chrono::duration<double>(hold).count());
}

std::string blind_line(const Subject& subject, const health::Outcome& outcome, health::Verdict verdict) {
    return fmt::format("real server {} stays {}: {}", server(subject), health::name(verdict),
                       health::text(outcome));
}

std::string forgiven_line(const Subject& subject) {
    return fmt::format("real server {} is forgiven by an operator", server(subject));
}

std::string load_failure_line(const health::NannySpec& spec) {
    return fmt::format("failed to read remote load of {} ({}): the weight stays",
                       spec.real_server.to_string(), spec.load_command.value_or("none"));
}

}  // namespace pulse::nanny
