#include "pulse/health/outcome.h"

#include <string>
#include <system_error>
#include <utility>

namespace pulse::health {

namespace {

/// What follows the words of a reason.
enum class Tail { nothing, number, error, detail };

struct Words {
    std::string_view text;
    Tail tail = Tail::nothing;
};

/// The one table of reasons.
Words words(Reason reason) {
    switch (reason) {
        case Reason::none:
            return {""};
        case Reason::connect_refused:
            return {"connect refused"};
        case Reason::connect_timed_out:
            return {"connect timed out"};
        case Reason::connect_failed:
            return {"connect failed", Tail::error};
        case Reason::write_failed:
            return {"write failed", Tail::error};
        case Reason::write_timed_out:
            return {"write timed out"};
        case Reason::read_failed:
            return {"read failed", Tail::error};
        case Reason::read_timed_out:
            return {"read timed out"};
        case Reason::closed_early:
            return {"closed before expected bytes"};
        case Reason::answer_differs:
            return {"answer differs"};
        case Reason::bad_expression:
            return {"bad regular expression", Tail::detail};
        case Reason::bad_answer:
            return {"bad answer", Tail::detail};
        case Reason::service_refused:
            return {"server refuses", Tail::detail};
        case Reason::http_status:
            return {"HTTP status ", Tail::number};
        case Reason::http_body:
            return {"HTTP body differs"};
        case Reason::dns_status:
            return {"name server says", Tail::detail};
        case Reason::dns_differs:
            return {"name server answers otherwise", Tail::detail};
        case Reason::tls_failed:
            return {"TLS failed", Tail::detail};
        case Reason::certificate_untrusted:
            return {"certificate not trusted", Tail::detail};
        case Reason::certificate_expired:
            return {"certificate expired", Tail::detail};
        case Reason::certificate_differs:
            return {"certificate is not for the name", Tail::detail};
        case Reason::program_exited:
            return {"program exited with status ", Tail::number};
        case Reason::program_killed:
            return {"program killed by signal ", Tail::number};
        case Reason::program_timed_out:
            return {"program timed out"};
        case Reason::program_cannot_run:
            return {"program cannot be run", Tail::error};
        case Reason::program_differs:
            return {"program's output differs"};
        case Reason::silent_since_refused:
            return {"only silent since it refused"};
        case Reason::forced_down:
            return {"forced down"};
        case Reason::local_failure:
            return {"cannot check", Tail::error};
    }
    return {"?"};
}

}  // namespace

Outcome whole_answer(Outcome truncated, Outcome asked_again) {
    using enum Reason;
    for (const auto about_the_answer : {none, bad_answer, dns_status, dns_differs})
        if (asked_again.reason == about_the_answer) return asked_again;
    truncated.truncated = false;
    truncated.note = "the answer does not fit into a datagram, and over TCP: " + text(asked_again);
    return truncated;
}

std::string text(const Outcome& outcome) {
    const auto [head, tail] = words(outcome.reason);
    std::string line(head);
    switch (tail) {
        case Tail::nothing:
            break;
        case Tail::number:
            line += std::to_string(outcome.number);
            break;
        case Tail::error:
            line += ": " + std::generic_category().message(outcome.number);
            if (!outcome.detail.empty()) line += " (" + outcome.detail + ")";
            break;
        case Tail::detail:
            line += ": " + outcome.detail;
            break;
    }
    return line;
}

}  // namespace pulse::health
