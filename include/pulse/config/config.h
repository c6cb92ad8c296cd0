#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pulse/health/check_options.h"
#include "pulse/ipvs/table.h"
#include "pulse/load/weight.h"
#include "pulse/net/ip_address.h"
#include "pulse/net/netmask.h"
#include "pulse/net/service.h"

namespace pulse::config {

/// Which kind of block `service` selects.
enum class ServiceKind { lvs, fos };

/// How packets reach the real servers.
enum class Network { nat, direct, tunnel };

enum class ReservationConflict { unset, nothing, preempt };

/// Whether a standby router keeps lvsd and its checks running, without addresses.
enum class Standby { cold, warm };

/// A further way for heartbeats: an address of each router, in either order.
struct HeartbeatPath {
    net::IpAddress one;
    net::IpAddress other;
    std::optional<net::Port> port;  ///< nullopt: heartbeat_port
    friend bool operator==(const HeartbeatPath&, const HeartbeatPath&) = default;
};

/// An address that a router raises on a device: `address = 10.0.0.10 eth0:1`.
struct DeviceAddress {
    net::IpAddress address;
    std::string device;  ///< as written, usually an alias label

    /// The device without its alias suffix: "eth0" of "eth0:1".
    [[nodiscard]] std::string base_device() const { return device.substr(0, device.find(':')); }

    friend bool operator==(const DeviceAddress&, const DeviceAddress&) = default;
};

/// One `server NAME { … }` block.
struct RealServer {
    std::string name;
    net::IpAddress address;
    bool active = false;
    net::Port port;  ///< defaults to the virtual's port as known when the block opens
    int weight = 1;
    int u_threshold = 0;           ///< connections at which it gets no more; 0: no limit
    int l_threshold = 0;           ///< connections below which it gets some again; 0: 3/4 of the upper
    health::CheckOptions check{};  ///< what of its virtual's `check` it overrides

    friend bool operator==(const RealServer&, const RealServer&) = default;
};

/// Ports whose packets get the firewall mark of their service.
struct MarkedPorts {
    net::Port first;
    net::Port last;                         ///< the same for a single port
    std::optional<net::Protocol> protocol;  ///< nullopt: the service's

    friend bool operator==(const MarkedPorts&, const MarkedPorts&) = default;
};

/// What `quorum` counts.
enum class QuorumOf { servers, weight };

/// One `virtual NAME { … }` or `failover NAME { … }` block: both share one set of keys.
struct VirtualServer {
    std::string name;
    bool active = false;
    std::optional<DeviceAddress> address;
    std::optional<net::Netmask> vip_nmask;
    std::vector<net::IpAddress> sorry_servers;
    int quorum = 1;  ///< what must be up for real servers, and no sorry server, to get the clients
    QuorumOf quorum_of = QuorumOf::servers;
    int quorum_hysteresis = 0;  ///< how much more must be up for the real servers to get them back
    std::optional<net::FirewallMark> fwmark;
    std::vector<MarkedPorts> mark_ports;  ///< lvsd marks their packets; empty: the administrator does
    std::optional<Network> network;       ///< overrides the file's
    net::Protocol protocol = net::Protocol::tcp;
    net::Port port{80};
    std::string scheduler = "wlc";
    std::uint32_t sched_flags = 0;       ///< as in ipvs::Service
    bool ops = false;                    ///< every packet is balanced for itself
    std::chrono::seconds persistent{0};  ///< 0: off
    std::optional<net::Netmask> pmask;
    std::optional<std::string> pe;  ///< persistence engine: "sip"
    ipvs::TunnelType tunnel_type = ipvs::TunnelType::ipip;
    net::Port tunnel_port;  ///< of GUE
    ipvs::TunnelChecksum tunnel_csum = ipvs::TunnelChecksum::none;

    std::optional<std::string> client_monitor;
    std::optional<std::string> send_program;
    std::optional<std::string> send;    ///< escapes untranslated
    std::optional<std::string> expect;  ///< escapes untranslated
    bool use_regex = false;
    std::chrono::milliseconds timeout{10'000};  ///< limit of each check, and the pause between them unless
    std::optional<std::chrono::milliseconds> check_interval;  ///< that is said
    health::CheckOptions check;
    std::chrono::milliseconds reentry{180'000};
    int rise = 0;                                 ///< good checks that a failed server needs; 0: by reentry
    int fall = 1;                                 ///< failed checks that it takes to be down
    std::chrono::milliseconds retry_interval{0};  ///< 0: as timeout
    std::chrono::milliseconds hold_down{0};       ///< 0: off
    int panic_threshold = 0;                      ///< percent; 0: off
    std::optional<std::string> load_monitor;
    load::Formula load_formula = load::Formula::bounded;
    std::chrono::milliseconds load_interval{20'000};
    net::Port agent_port;
    std::optional<int> weight_min;
    std::optional<int> weight_max;
    std::chrono::milliseconds slow_start{0};  ///< 0: off
    bool quiesce_server = false;

    std::optional<std::string> start_cmd;
    std::optional<std::string> stop_cmd;
    std::vector<RealServer> servers;

    // Read as the original reads them, and like there used by nobody.
    std::optional<net::IpAddress> master;
    std::vector<std::string> dirs;

    friend bool operator==(const VirtualServer&, const VirtualServer&) = default;
};

/// Kernel settings by the names that sysctl(8) gives them: "net.ipv4.ip_forward".
struct Sysctls {
    std::map<std::string, int, std::less<>> values;  ///< only what the file sets

    friend bool operator==(const Sysctls&, const Sysctls&) = default;
};

/// What an lvs.cf means. Plain data; the defaults are the original's.
struct Config {
    long long serial_no = 0;
    std::optional<net::IpAddress> primary;
    std::optional<net::IpAddress>
        primary_private;                   ///< after the private-address rule: equals `primary` if not given
    std::optional<net::IpAddress> backup;  ///< nullopt also for an explicit 0.0.0.0
    std::optional<net::IpAddress> backup_private;
    bool backup_active = false;
    std::optional<std::string> primary_shared;
    std::optional<std::string> backup_shared;
    ReservationConflict reservation_conflict_action = ReservationConflict::unset;

    ServiceKind service = ServiceKind::lvs;
    Network network = Network::nat;
    std::optional<DeviceAddress> nat_router;
    std::optional<net::Netmask> nat_nmask;
    std::optional<std::string> active_cmd;
    std::optional<std::string> inactive_cmd;
    std::optional<std::string> notify_cmd;
    std::chrono::milliseconds hook_timeout{60'000};  ///< of these three; 0: no limit

    net::Port heartbeat_port{539};
    std::chrono::milliseconds keepalive{2'000};
    std::chrono::milliseconds deadtime{5'000};
    std::chrono::milliseconds warntime{0};  ///< silence worth a line in the log; 0: none
    std::chrono::milliseconds initdead{0};  ///< deadtime in force after start, where longer
    std::optional<std::string> heartbeat_key_file;
    std::vector<HeartbeatPath> heartbeat_paths;
    bool realtime = true;  ///< pulse asks for real-time priority and locked memory
    bool auto_failback = false;
    std::chrono::milliseconds failback_delay{30'000};
    Standby standby = Standby::cold;
    std::vector<net::IpAddress> ping;        ///< each of them counts
    std::vector<net::IpAddress> ping_group;  ///< all together count once; one that answers is enough
    std::optional<bool>
        monitor_links;           ///< nullopt: those the floating addresses need, if a partner can serve
    bool prefer_servers = true;  ///< the router that reaches clearly more real servers should be active
    bool syncdaemon = false;
    std::string syncd_iface = "eth0";
    int syncd_id = 0;
    bool syncd_both = false;  ///< both routers send and receive at all times, whoever is active
    int syncd_maxlen = 0;     ///< bytes of a message; 0: the kernel's choice
    std::optional<net::IpAddress> syncd_mcast_group;  ///< nullopt: the kernel's, 224.0.0.81
    net::Port syncd_port;                             ///< 0: the kernel's, 8848
    int syncd_ttl = 0;                                ///< 0: the kernel's, 1

    int arp_repeat = 5;  ///< rounds of announcements after a takeover
    std::chrono::milliseconds arp_interval{1'000};
    std::chrono::milliseconds arp_refresh{0};  ///< one more round this often; 0: never
    std::optional<std::string> watchdog;       ///< device that reboots a router whose pulse hangs

    /// IPVS idle timeouts; 0 leaves the kernel's value alone.
    std::chrono::seconds tcp_timeout{0};
    std::chrono::seconds tcpfin_timeout{0};
    std::chrono::seconds udp_timeout{0};

    int checks_per_nanny = 1;
    bool hard_shutdown = true;
    Sysctls sysctls;
    std::string rsh_command = "rsh";

    // Read as the original reads them, and like there without effect.
    bool heartbeat = false;
    bool sync = false;
    std::string ipvsadm = "/sbin/ipvsadm";
    std::string debug_level = "NONE";

    std::vector<VirtualServer> virtual_servers;
    std::vector<VirtualServer> failover_services;

    /// How packets reach the real servers of one of the virtual servers.
    [[nodiscard]] Network network_of(const VirtualServer& virtual_server) const {
        return virtual_server.network.value_or(network);
    }

    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace pulse::config
