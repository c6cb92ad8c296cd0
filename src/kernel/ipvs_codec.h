#pragma once

#include <optional>

#include <netlink/attr.h>

#include "pulse/ipvs/sync_daemon.h"
#include "pulse/ipvs/table.h"

namespace pulse::kernel {

/// Puts the attributes that name a service.
void put_identity(nl_msg* message, const ipvs::ServiceId& id);

/// Puts a complete service: the kernel knows no partial update.
void put_service(nl_msg* message, const ipvs::Service& service);

/// Puts the attributes that name a server.
void put_identity(nl_msg* message, const net::Endpoint& server);

void put_destination(nl_msg* message, const ipvs::Destination& destination);

/// Reads the service nest of a reply, without servers; nullopt if it lacks what identifies a service.
[[nodiscard]] std::optional<ipvs::DumpedService> service_from(nlattr* nest);

/// Reads the destination nest of a reply. `family` is the service's, used by kernels before 3.18 that name
/// none.
[[nodiscard]] std::optional<ipvs::DumpedDestination> destination_from(nlattr* nest, net::Family family);

void put_daemon(nl_msg* message, const ipvs::SyncDaemon& daemon);

/// Puts which half of synchronisation is meant: all that names a daemon.
void put_role(nl_msg* message, ipvs::SyncRole role);

/// Reads the daemon nest of a reply; nullopt if it says neither master nor backup.
[[nodiscard]] std::optional<ipvs::SyncDaemon> daemon_from(nlattr* nest);

}  // namespace pulse::kernel
