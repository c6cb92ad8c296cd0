#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pulse/health/check.h"
#include "pulse/health/outcome.h"

namespace pulse::health {

/// What a conversation wants after something has happened.
struct Step {
    std::string send{};  ///< bytes for the server; once decided, a farewell that nobody waits for
    std::optional<Outcome> outcome{};  ///< set when the conversation has decided
    bool perhaps_complete = false;  ///< good if the server says no more: call `silence` after a short pause

    friend bool operator==(const Step&, const Step&) = default;
};

/// Our half of a talk with a real server: a machine over bytes, without socket and clock. After it has
/// decided nothing is to be called any more. What it makes of a stream depends on the bytes, not on how they
/// were cut into pieces.
class Conversation {
  public:
    Conversation() = default;
    virtual ~Conversation() = default;
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    Conversation(Conversation&&) = delete;
    Conversation& operator=(Conversation&&) = delete;

    /// The connection is there. Of a datagram transport, `send` is the first datagram, empty or not.
    [[nodiscard]] virtual Step begin() = 0;

    /// The next bytes of the stream, or one datagram.
    [[nodiscard]] virtual Step heard(std::string_view bytes) = 0;

    /// The server has closed its end.
    [[nodiscard]] virtual Step closed() { return decided({.reason = Reason::closed_early}); }

    /// It says nothing more: time is over, or the pause after `perhaps_complete`. Always decides.
    [[nodiscard]] virtual Step silence() { return decided({.reason = Reason::read_timed_out}); }

  protected:
    [[nodiscard]] static Step decided(Outcome outcome, std::string farewell = {}) {
        return {.send = std::move(farewell), .outcome = std::move(outcome)};
    }
    [[nodiscard]] static Step good(std::string farewell = {}) { return decided({}, std::move(farewell)); }

    /// The step with what is to be sent before it.
    [[nodiscard]] static Step after(const std::string& said, Step step) {
        step.send.insert(0, said);
        return step;
    }

    /// Bytes that are not of the protocol: `what` says what they should have been.
    [[nodiscard]] static Step no_answer_of_the_protocol(std::string_view what, std::string_view bytes);

    /// The server answers, but will not serve.
    [[nodiscard]] static Step refused(std::string_view said, std::string farewell = {});
};

/// The machine for a talk. `nonce` differs from check to check, so that a late answer to an earlier one is
/// not mistaken.
[[nodiscard]] std::unique_ptr<Conversation> conversation(const Talk& talk, std::uint16_t nonce);

}  // namespace pulse::health
