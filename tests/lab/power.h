#pragma once

#include <string>

#include "cluster.h"

namespace pulse::lab {

/// "h1" or "h2", with which the lab's cables of a router begin: the routers are its first hosts.
[[nodiscard]] std::string cable_prefix(const std::string& router);

/// kill -9 of pulse, lvsd and nannies; addresses, table and network are as they were.
void kill_suite(const Cluster& cluster, const std::string& router);

/// A silent death: no packet leaves the router any more, and nothing of ours runs on it.
void cut_off(const Cluster& cluster, const std::string& router);

/// Back, empty, as after a reboot; pulse is started.
void reboot(Cluster& cluster, const std::string& router);

/// The first half of that: no floating addresses, no table, no connections of other routers.
void forget(const Cluster& cluster, const std::string& router);

}  // namespace pulse::lab
