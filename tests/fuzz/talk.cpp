// Any bytes at all from a server that is checked. Built once for each protocol: PULSE_FUZZ_TALK makes the
// talk.

#include <string>
#include <string_view>

#include "pulse/health/conversation.h"

#include "fuzz.h"

namespace {

using namespace pulse::health;
using pulse::fuzz::require;

/// What was made of the bytes.
struct Made {
    Outcome outcome;
    std::string said;
};

/// Hears the bytes in pieces of that size, and then the end.
Made hear(const Talk& talk, std::string_view bytes, std::size_t piece, bool closes) {
    const auto conversation = pulse::health::conversation(talk, 0x1234);
    auto step = conversation->begin();
    Made made{.outcome = {}, .said = step.send};
    for (std::size_t at = 0; at < bytes.size() && !step.outcome; at += piece) {
        step = conversation->heard(bytes.substr(at, piece));
        made.said += step.send;
    }
    if (!step.outcome) step = closes ? conversation->closed() : conversation->silence();
    require(step.outcome.has_value(), "the end decides nothing");
    made.outcome = *step.outcome;
    return made;
}

void check(const Made& made) {
    const auto words = text(made.outcome);
    require(words.empty() == made.outcome.good(), "an outcome without words, or words without need");
    for (const char c : words) require(c >= 0x20 && c < 0x7f, "words that are not one printable line");
    require(words.size() < 1000, "words without end");
    require(made.said.size() < 1000, "we talk too much");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static const Talk talk = PULSE_FUZZ_TALK;
    const bool datagrams = std::holds_alternative<DnsQuestion>(talk);
    for (const bool closes : {false, true}) {
        const auto whole = hear(talk, bytes, std::max<std::size_t>(size, 1), closes);
        check(whole);
        if (datagrams) continue;
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
            const auto cut = hear(talk, bytes, piece, closes);
            check(cut);
            require(cut.outcome.reason == whole.outcome.reason,
                    "cutting the stream changes what is made of it");
            require(cut.said == whole.said, "cutting the stream changes what we say");
        }
    }
    return 0;
}
