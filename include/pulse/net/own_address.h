#pragma once

#include <optional>
#include <span>

#include "pulse/net/interface.h"

namespace pulse::net {

/// Which address of this router's own to speak from towards `target`: never one of `floating`, which its
/// partner may have in a moment, and which real servers under direct routing have themselves, so that their
/// answers would never come. In the target's own network the one with the longest prefix, of several the
/// first. Behind a gateway the kernel's choice stands (nullopt), unless that is floating (`kernels_choice`,
/// if it is known): then another address of the same device, or of any. nullopt too when nothing fits.
[[nodiscard]] std::optional<IpAddress> own_address_towards(const IpAddress& target,
                                                           std::span<const InterfaceAddress> locals,
                                                           std::span<const IpAddress> floating,
                                                           const std::optional<IpAddress>& kernels_choice);

}  // namespace pulse::net
