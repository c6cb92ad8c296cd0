#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pulse::health {

/// Why a check failed; `none` when it did not. The words are in one table, `text`, for log, status and CLI
/// alike.
enum class Reason {
    none,
    connect_refused,
    connect_timed_out,
    connect_failed,  ///< number: errno
    write_failed,    ///< number: errno
    write_timed_out,
    read_failed,  ///< number: errno
    read_timed_out,
    closed_early,  ///< the peer closed before the expected bytes came
    answer_differs,
    bad_expression,         ///< detail: what regcomp(3) says
    bad_answer,             ///< not of the protocol; detail: how, and what came instead
    service_refused,        ///< the server answers, but does not serve; detail: what it says
    http_status,            ///< number: the status code
    http_body,              ///< the text was not found in the body
    dns_status,             ///< detail: the return code
    dns_differs,            ///< detail: what the records say
    tls_failed,             ///< the handshake, or what came after it; detail: what OpenSSL says
    certificate_untrusted,  ///< detail: what OpenSSL says
    certificate_expired,    ///< detail: when
    certificate_differs,    ///< it is for another name; detail: the name it should be for
    program_exited,         ///< number: exit status
    program_killed,         ///< number: signal
    program_timed_out,
    program_cannot_run,    ///< number: errno; detail: for whom
    program_differs,       ///< ended well, but printed something else
    silent_since_refused,  ///< silence would be good, but it was refused a short while ago
    forced_down,           ///< an operator says so
    local_failure,  ///< this machine could not even try; number: errno; detail: what to do, if it is known
};

/// The result of one check: good, or the reason why not with what belongs to it.
struct Outcome {
    Reason reason = Reason::none;
    int number = 0;            ///< errno, exit status or signal; see Reason
    std::string detail{};      ///< see Reason
    std::size_t wanted = 0;    ///< closed_early: bytes a literal answer has; 0: not known
    std::size_t received = 0;  ///< closed_early: bytes that came before the close
    std::string note{};        ///< what the operator should know all the same: a certificate that ends soon
    bool silent = false;       ///< good only because nothing came, where that is good
    bool truncated = false;    ///< an answer with more than fits into a datagram: ask again over TCP

    [[nodiscard]] bool good() const { return reason == Reason::none; }

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Of a truncated answer, and what came of asking again: what that was, unless it says nothing of the answer;
/// then the truncated one counts, with a note.
[[nodiscard]] Outcome whole_answer(Outcome truncated, Outcome asked_again);

/// "connect refused", "program exited with status 3"; empty for a good outcome.
[[nodiscard]] std::string text(const Outcome& outcome);

}  // namespace pulse::health
