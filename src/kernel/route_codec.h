#pragma once

#include <optional>

#include <netlink/msg.h>

#include "pulse/net/interface.h"

namespace pulse::kernel {

/// The device that an RTM_NEWLINK or RTM_DELLINK message is about; nullopt for any other message.
[[nodiscard]] std::optional<net::Link> link_from(nl_msg* message);

/// The address that an RTM_NEWADDR or RTM_DELADDR message is about; nullopt for any other message.
[[nodiscard]] std::optional<net::InterfaceAddress> address_from(nl_msg* message);

}  // namespace pulse::kernel
