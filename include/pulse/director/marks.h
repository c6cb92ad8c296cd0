#pragma once

#include <string>

#include "pulse/config/config.h"

namespace pulse::director {

/// The nftables table that lvsd keeps; nobody else's rules are in it.
inline constexpr auto mark_table = "inet pulse";

/// What must be in that table (nft(8) syntax) so that packets for the `mark_ports` of active services get
/// their firewall marks. Empty if no service asks for that.
[[nodiscard]] std::string mark_rules(const config::Config& config);

}  // namespace pulse::director
