#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pulse/health/conversation.h"

namespace pulse::health {

/// The number that the talks of the tests are told apart by.
inline constexpr std::uint16_t nonce = 0x1234;

/// How a server's half ends.
enum class End { closes, falls_silent };

/// What became of a conversation, and what we said in it.
struct Talked {
    Outcome outcome;
    std::string said;

    friend bool operator==(const Talked&, const Talked&) = default;
};

/// Plays the server: its bytes, in these pieces, and its end.
inline Talked talked(const Talk& talk, const std::vector<std::string>& pieces, End end) {
    const auto conversation = health::conversation(talk, nonce);
    auto step = conversation->begin();
    Talked result{.said = step.send};
    for (const auto& piece : pieces) {
        if (step.outcome) break;
        step = conversation->heard(piece);
        result.said += step.send;
    }
    if (!step.outcome) {
        step = end == End::closes ? conversation->closed() : conversation->silence();
        result.said += step.send;
    }
    result.outcome = step.outcome.value_or(Outcome{.reason = Reason::local_failure});
    return result;
}

/// What a stream says must not depend on how it is cut: whole, in two at every place, and byte by byte.
inline std::vector<std::vector<std::string>> cuts(const std::string& stream) {
    std::vector<std::vector<std::string>> all{{stream}};
    std::vector<std::string> bytes;
    for (std::size_t at = 0; at < stream.size(); ++at) {
        if (at > 0) all.push_back({stream.substr(0, at), stream.substr(at)});
        bytes.push_back(stream.substr(at, 1));
    }
    all.push_back(bytes);
    return all;
}

}  // namespace pulse::health
