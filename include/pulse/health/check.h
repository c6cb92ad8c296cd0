#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pulse/health/expect.h"
#include "pulse/health/nanny_command.h"
#include "pulse/net/service.h"

namespace pulse::health {

/// Connect, send, expect. Over UDP exactly one datagram is sent, `send` or an empty one; expecting nothing
/// then means: an answer is good at once, a refusal (ICMP) is bad, silence until the deadline is good.
struct SocketCheck {
    net::Protocol protocol = net::Protocol::tcp;
    net::Endpoint endpoint;
    std::string send;  ///< the bytes; empty: nothing is sent
    Expectation expect;

    friend bool operator==(const SocketCheck&, const SocketCheck&) = default;
};

/// Run a program: it must exit with status 0 and, if `expect` is set, print exactly that and perhaps a line
/// end.
struct ProgramCheck {
    std::vector<std::string> words;  ///< the program and its arguments; never empty
    std::optional<std::string> expect;

    friend bool operator==(const ProgramCheck&, const ProgramCheck&) = default;
};

/// How one real server is checked.
using CheckSpec = std::variant<SocketCheck, ProgramCheck>;

/// A check, and what the operator should be told about it once.
struct PreparedCheck {
    CheckSpec check;
    std::vector<std::string> notes;
};

enum class Escapes { translate, keep };

/// The check that a nanny's options ask for. A program overrides `send`. Without program, send and expect, a
/// virtual port of 80 is taken for a web server, as the original does.
[[nodiscard]] PreparedCheck check_from(const NannySpec& spec, Escapes escapes = Escapes::translate);

}  // namespace pulse::health
