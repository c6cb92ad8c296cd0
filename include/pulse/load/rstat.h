#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulse::load {

/// rpc.rstatd(8) over UDP, as rup(1) asks it: one question to the port mapper for its port, one to itself.
inline constexpr unsigned short port_mapper_port = 111;

/// The question for rstatd's port. `number` comes back in the answer (its XID).
[[nodiscard]] std::string rstat_port_question(std::uint32_t number);

/// The port; nullopt for an answer to another question, a refusal, port 0 (not running), or anything else.
[[nodiscard]] std::optional<std::uint16_t> rstat_port(std::string_view answer, std::uint32_t number);

/// The question for a host's statistics, version 3 (RSTATVERS_TIME).
[[nodiscard]] std::string rstat_question(std::uint32_t number);

/// The load average of one minute; nullopt as above.
[[nodiscard]] std::optional<double> rstat_load(std::string_view answer, std::uint32_t number);

}  // namespace pulse::load
