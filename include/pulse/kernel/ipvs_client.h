#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/ipvs/listing.h"
#include "pulse/ipvs/plan.h"
#include "pulse/ipvs/sync_daemon.h"
#include "pulse/ipvs/table.h"
#include "pulse/ipvs/timeouts.h"
#include "pulse/kernel/netlink.h"

namespace pulse::kernel {

using IpvsTimeouts = ipvs::Timeouts;
using SyncRole = ipvs::SyncRole;

/// A change that the kernel refused.
struct FailedStep {
    std::size_t index = 0;  ///< among those asked for
    Error error;
};

/// A conversation with the kernel's IPVS over generic netlink (family "IPVS", linux/ip_vs.h). Every call is
/// one or more short round trips. Needs CAP_NET_ADMIN in the initial user namespace.
class IpvsClient {
  public:
    /// Resolves the family; that alone makes a modular kernel load ip_vs. Without IPVS the error says what to
    /// do.
    [[nodiscard]] static Result<IpvsClient> open();

    [[nodiscard]] Result<ipvs::KernelInfo> info();

    /// The whole table. Equivalent to: ipvsadm -L -n --nosort
    [[nodiscard]] Result<ipvs::Dump> dump();

    /// One service with its servers; ESRCH if there is none. Equivalent to: ipvsadm -L -n SERVICE
    [[nodiscard]] Result<ipvs::DumpedService> dump(const ipvs::ServiceId& id);

    /// Makes one change. The error carries the kernel's errno.
    [[nodiscard]] Result<void> apply(const ipvs::Step& step);

    /// Makes changes in this order, many at a time. One that fails does not stop the others and is reported
    /// with the kernel's errno; the error is that the conversation broke and what has been done is unknown.
    [[nodiscard]] Result<std::vector<FailedStep>> apply(std::span<const ipvs::Step> steps);

    /// Removes every service of everybody. Equivalent to: ipvsadm -C
    [[nodiscard]] Result<void> flush();

    /// Equivalent to: ipvsadm --set TCP TCPFIN UDP
    [[nodiscard]] Result<void> set_timeouts(const IpvsTimeouts& timeouts);

    /// Equivalent to: ipvsadm -L --timeout
    [[nodiscard]] Result<IpvsTimeouts> timeouts();

    /// Sets the counters of everything to 0. Equivalent to: ipvsadm -Z
    [[nodiscard]] Result<void> zero();

    /// Equivalent to: ipvsadm -Z SERVICE
    [[nodiscard]] Result<void> zero(const ipvs::ServiceId& id);

    /// The synchronisation daemons that run, the master first. Equivalent to: ipvsadm -L --daemon
    [[nodiscard]] Result<std::vector<ipvs::SyncDaemon>> daemons();

    /// EEXIST if one of that role runs. Equivalent to: ipvsadm --start-daemon ROLE …
    [[nodiscard]] Result<void> start_daemon(const ipvs::SyncDaemon& daemon);

    /// ESRCH if none of that role runs. Equivalent to: ipvsadm --stop-daemon ROLE
    [[nodiscard]] Result<void> stop_daemon(SyncRole role);

    /// Ends both roles; one that does not run is no error.
    [[nodiscard]] Result<void> stop_sync();

  private:
    IpvsClient(NetlinkSocket socket, int family) : socket_(std::move(socket)), family_(family) {}
    [[nodiscard]] Result<std::vector<ipvs::DumpedDestination>> destinations(const ipvs::ServiceId& service);
    [[nodiscard]] Message command(int number) const;
    void write(nl_msg* message, const ipvs::Step& step) const;

    NetlinkSocket socket_;
    int family_;
    std::vector<Message> batch_;  ///< written again for every batch
};

}  // namespace pulse::kernel
