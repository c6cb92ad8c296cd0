#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pulse::load {

/// What a server's agent wants done with it, in the words of HAProxy's agent-check.
enum class AgentWish {
    none,   ///< it said nothing of this kind: as before
    ready,  ///< "up", "ready": clients again
    drain,  ///< "drain": no new clients
    maint,  ///< "maint": the same, by an administrator
    down,   ///< "down", "fail", "failed", "stopped": the same, because something is wrong
};

/// One line of an agent.
struct AgentReply {
    std::optional<int> percent{};  ///< of the configured weight, 0 to 256
    AgentWish wish = AgentWish::none;
    std::string word{};   ///< the wish as it was said
    std::string about{};  ///< what follows a '#', for people

    friend bool operator==(const AgentReply&, const AgentReply&) = default;
};

/// Reads the first line of what an agent sent: words between blanks or commas, in any case: "75%", "drain",
/// "up 50% # backup running". Words that mean nothing here ("maxconn:30") are passed over; nullopt when none
/// means anything.
[[nodiscard]] std::optional<AgentReply> parse_agent(std::string_view sent);

}  // namespace pulse::load
