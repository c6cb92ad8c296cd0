#include "pulse/base/text.h"

#include "access.h"
#include "key_rows.h"

namespace pulse::config {

namespace {

constexpr auto global = Section::global;
constexpr auto any = std::numeric_limits<long long>::max();

void read_heartbeat_port(Values& values, Config& out) {
    const auto port = read_port(values);
    if (!port) return;
    if (port->number == 0) return values.error(0, "integer out of range", "it must be within 1 and 65535");
    out.heartbeat_port = *port;
}

/// The kernel keeps eight bits, and so did the original, without a word.
void read_syncd_id(Values& values, Config& out) {
    const auto number = read_integer(values, -largest_int, largest_int);
    if (!number) return;
    out.syncd_id = static_cast<int>(*number & 0xff);
    if (*number != out.syncd_id)
        values.warning(0, "integer out of range",
                       "it is read as " + std::to_string(out.syncd_id) + "; it must be within 0 and 255");
}

/// Several paths may stand on one line too: it is how the file is written anew.
void read_heartbeat_path(Values& values, Config& out) {
    std::vector<HeartbeatPath> paths;
    for (std::size_t at = 0; at < values.size();) {
        if (at + 1 == values.size())
            return values.error(at, "missing arguments", "an address of each router is needed");
        const auto one = net::IpAddress::parse(values[at]);
        const auto other = net::IpAddress::parse(values[at + 1]);
        if (!one || !other)
            return values.error(one ? at + 1 : at, "invalid host name or ip address",
                                "the addresses of both routers on that path; names are not allowed here");
        if (one->family() != other->family() || *one == *other)
            return values.error(at + 1, "invalid argument", "two addresses of one family");
        paths.push_back({.one = *one, .other = *other});
        at += 2;
        const auto port = at < values.size() ? parse_decimal<std::uint16_t>(values[at]) : std::nullopt;
        if (!port) continue;
        if (*port == 0) return values.error(at, "integer out of range", "it must be within 1 and 65535");
        paths.back().port = net::Port{*port};
        ++at;
    }
    if (paths.empty()) return (void)values.exactly(2);
    out.heartbeat_paths.insert(out.heartbeat_paths.end(), paths.begin(), paths.end());
}

std::vector<std::string> write_heartbeat_path(const Key&, const Config& in) {
    std::vector<std::string> words;
    for (const auto& path : in.heartbeat_paths) {
        words.push_back(path.one.to_string());
        words.push_back(path.other.to_string());
        if (path.port) words.push_back(std::to_string(path.port->number));
    }
    return words;
}

void read_multicast_group(Values& values, Config& out) {
    if (!values.only()) return;
    const auto address = read_host(values);
    if (!address) return;
    constexpr std::uint8_t v4_class = 0xe;
    constexpr std::uint8_t v6_prefix = 0xff;
    const auto first = address->bytes().front();
    if (address->is_v4() ? first >> 4U != v4_class : first != v6_prefix)
        return values.error(0, "invalid host name or ip address",
                            "a multicast group is within 224.0.0.0 and 239.255.255.255, or begins with ff");
    out.syncd_mcast_group = *address;
}

}  // namespace

std::vector<Key> global_keys() {
    return {
        // clang-format off
    {global, "serial_no", ValueType::integer, "", "0", "42", "web tool",
     "counts the changes made to this file", integer<&Config::serial_no, -any, any>},
    {global, "primary", ValueType::host, "", "", "10.0.0.1", "pulse",
     "public address of the primary router; decides which of the two a machine is", host<&Config::primary, Unspecified::refused>},
    {global, "primary_private", ValueType::host, "", "", "10.0.1.1", "pulse",
     "the primary's address on the private network, the second path for heartbeats", host<&Config::primary_private, Unspecified::refused>},
    {global, "primary_shared", ValueType::word, "", "", "/dev/sdb", "nobody",
     "shared SCSI device as the primary sees it", word<&Config::primary_shared>},
    {global, "backup", ValueType::host, "", "", "10.0.0.2", "pulse",
     "public address of the backup router; 0.0.0.0 is none", host<&Config::backup, Unspecified::unset>},
    {global, "backup_active", ValueType::boolean, "", "0", "1", "pulse",
     "whether there is a backup router to exchange heartbeats with", boolean<&Config::backup_active>},
    {global, "backup_private", ValueType::host, "", "", "10.0.1.2", "pulse",
     "the backup's address on the private network; needs primary_private", host<&Config::backup_private, Unspecified::refused>},
    {global, "backup_shared", ValueType::word, "", "", "/dev/sdb", "nobody",
     "shared SCSI device as the backup sees it", word<&Config::backup_shared>},
    {global, "reservation_conflict_action", ValueType::choice, "nothing preempt", "", "preempt", "nobody",
     "what to do when the other router holds the shared device", choice<&Config::reservation_conflict_action, ReservationConflict::nothing, ReservationConflict::preempt>},
    {global, "service", ValueType::choice, "lvs fos", "lvs", "lvs", "pulse",
     "which blocks to run: virtual (lvs) or failover (fos)", choice<&Config::service, ServiceKind::lvs, ServiceKind::fos>},
    {global, "network", ValueType::choice, network_names, "nat", "direct", "pulse, lvsd",
     "how packets reach the real servers", choice<&Config::network, Network::nat, Network::direct, Network::tunnel>},
    {global, "nat_router", ValueType::host_and_device, "", "", "10.0.1.254 eth1:1", "pulse",
     "the real servers' gateway in NAT: a floating address and its device", host_and_device<&Config::nat_router>},
    {global, "nat_nmask", ValueType::mask, "", "", "255.255.255.0", "pulse",
     "network mask of nat_router", netmask<&Config::nat_nmask>},
    {global, "active_cmd", ValueType::word, "", "", "/etc/sysconfig/ha/active.sh", "pulse",
     "program to run when this router becomes active", word<&Config::active_cmd>},
    {global, "inactive_cmd", ValueType::word, "", "", "/etc/sysconfig/ha/inactive.sh", "pulse",
     "program to run when this router stops being active, and at start", word<&Config::inactive_cmd>},
    {global, "notify_cmd", ValueType::word, "", "", "/etc/sysconfig/ha/notify.sh", "pulse",
     "program to run at every change, which it finds in its environment: PULSE_EVENT, PULSE_ROLE and others", word<&Config::notify_cmd>},
    {global, "hook_timeout", ValueType::duration, "", "60", "10", "pulse",
     "how long active_cmd, inactive_cmd and notify_cmd may run before they are killed; 0 is no limit", duration<&Config::hook_timeout, 0>},
    {global, "heartbeat", ValueType::boolean, "", "0", "1", "nobody",
     "without effect: backup_active decides whether heartbeats are sent", boolean<&Config::heartbeat>},
    {global, "heartbeat_port", ValueType::port, "", "539", "1050", "pulse",
     "UDP port of the heartbeats, the same on both routers", access<&Config::heartbeat_port>(read_heartbeat_port)},
    {global, "keepalive", ValueType::duration, "", "2", "500ms", "pulse",
     "time between heartbeats", duration<&Config::keepalive, 1>},
    {global, "deadtime", ValueType::duration, "", "5", "2", "pulse",
     "silence after which the other router counts as dead; more than keepalive", duration<&Config::deadtime, 1>},
    {global, "warntime", ValueType::duration, "", "0", "1", "pulse",
     "silence of the other router that is worth a line in the log; 0 is off", duration<&Config::warntime, 0>},
    {global, "initdead", ValueType::duration, "", "0", "30", "pulse",
     "deadtime in force right after start, when network and partner may need longer; less than deadtime is deadtime", duration<&Config::initdead, 0>},
    {global, "heartbeat_key_file", ValueType::word, "", "", "/etc/sysconfig/ha/heartbeat.key", "pulse",
     "key that signs the heartbeats, made by pulsectl genkey, the same on both routers; without one they are the original's", word<&Config::heartbeat_key_file>},
    {global, "heartbeat_path", ValueType::path, "", "", "10.0.2.1 10.0.2.2 540", "pulse",
     "one more way for heartbeats: an address of each router, and a port if it is not heartbeat_port; may be repeated", Access<Config>{read_heartbeat_path, write_heartbeat_path}, true},
    {global, "realtime", ValueType::boolean, "", "1", "0", "pulse",
     "whether pulse asks for real-time priority and locked memory, so that heartbeats are on time", boolean<&Config::realtime>},
    {global, "auto_failback", ValueType::boolean, "", "0", "1", "pulse",
     "whether the primary takes the role back when it is well again", boolean<&Config::auto_failback>},
    {global, "failback_delay", ValueType::duration, "", "30", "5m", "pulse",
     "how long the primary must be well before it takes the role back", duration<&Config::failback_delay, 0>},
    {global, "standby", ValueType::choice, "cold warm", "cold", "warm", "pulse",
     "warm: lvsd and the checks run on the standby router too, so that a takeover costs only the addresses", choice<&Config::standby, Standby::cold, Standby::warm>},
    {global, "ping", ValueType::addresses, "", "", "10.0.0.254 10.0.0.253", "pulse",
     "nodes that show whether this router reaches the network; the router that reaches more should be active", addresses<&Config::ping>},
    {global, "ping_group", ValueType::addresses, "", "", "192.0.2.1 192.0.2.2", "pulse",
     "nodes that count as one, which is reached if any of them is", addresses<&Config::ping_group>},
    {global, "monitor_links", ValueType::flag, "", "", "1", "pulse",
     "absent: the role goes to a partner that can have it when a link of the public or a floating address is "
     "lost; 1: it is given up then in any case, and the other links count too; 0: links do not matter",
     flag<&Config::monitor_links>},
    {global, "prefer_servers", ValueType::boolean, "", "1", "0", "pulse",
     "whether the role goes to the router that reaches clearly more real servers; needs a key and, on standby, "
     "checks that run (standby = warm)",
     boolean<&Config::prefer_servers>},
    {global, "syncdaemon", ValueType::boolean, "", "0", "1", "pulse",
     "whether to copy the connection table to the other router", boolean<&Config::syncdaemon>},
    {global, "syncd_iface", ValueType::word, "", "eth0", "eth1", "pulse",
     "device that the connection table is copied over", word<&Config::syncd_iface>},
    {global, "syncd_id", ValueType::integer, "", "0", "7", "pulse",
     "number, 0 to 255, that keeps several pairs on one network apart", access<&Config::syncd_id>(read_syncd_id)},
    {global, "syncd_both", ValueType::boolean, "", "0", "1", "pulse",
     "whether both routers send and receive the connection table at all times, not one each way by role", boolean<&Config::syncd_both>},
    {global, "syncd_maxlen", ValueType::integer, "", "0", "1400", "pulse",
     "bytes of a message with connections; 0 leaves it to the kernel", integer<&Config::syncd_maxlen, 0, 65507>},
    {global, "syncd_mcast_group", ValueType::host, "", "", "224.0.0.82", "pulse",
     "multicast group of these messages, IPv4 or IPv6; the kernel's own is 224.0.0.81", access<&Config::syncd_mcast_group>(read_multicast_group)},
    {global, "syncd_port", ValueType::port, "", "0", "8849", "pulse",
     "UDP port of these messages; 0 is the kernel's own, 8848", stored<&Config::syncd_port, read_port>},
    {global, "syncd_ttl", ValueType::integer, "", "0", "2", "pulse",
     "how many networks these messages may cross; 0 is the kernel's own, 1", integer<&Config::syncd_ttl, 0, 255>},
    {global, "arp_repeat", ValueType::integer, "", "5", "3", "pulse",
     "how often the floating addresses are announced after a takeover", integer<&Config::arp_repeat, 1>},
    {global, "arp_interval", ValueType::duration, "", "1", "500ms", "pulse",
     "time between two such rounds", duration<&Config::arp_interval, 1>},
    {global, "arp_refresh", ValueType::duration, "", "0", "1m", "pulse",
     "after the last, announce once more this often; 0 is never", duration<&Config::arp_refresh, 0>},
    {global, "watchdog", ValueType::word, "", "", "/dev/watchdog", "pulse",
     "watchdog device, fed while pulse works: it reboots a router whose pulse hangs or is killed", word<&Config::watchdog>},
    {global, "tcp_timeout", ValueType::duration, "", "0", "15m", "lvsd",
     "idle time after which an open TCP connection is forgotten; 0 keeps the kernel's", duration<&Config::tcp_timeout, 0>},
    {global, "tcpfin_timeout", ValueType::duration, "", "0", "2m", "lvsd",
     "the same for a TCP connection that is closing", duration<&Config::tcpfin_timeout, 0>},
    {global, "udp_timeout", ValueType::duration, "", "0", "30", "lvsd",
     "the same for UDP", duration<&Config::udp_timeout, 0>},
    {global, "checks_per_nanny", ValueType::integer, "", "1", "500", "lvsd",
     "how many real servers one nanny checks; more save memory, fewer keep checks apart", integer<&Config::checks_per_nanny, 1>},
    {global, "hard_shutdown", ValueType::boolean, "", "1", "0", "lvsd",
     "at a stop: 1 takes the services out of the kernel's table, 0 leaves it serving", boolean<&Config::hard_shutdown>},
    {global, "ipvsadm", ValueType::word, "", "/sbin/ipvsadm", "/usr/sbin/ipvsadm", "nobody",
     "the program the original wrote the kernel's table with", word<&Config::ipvsadm>},
    {global, "rsh_command", ValueType::word, "", "rsh", "ssh", "lvsd",
     "program that load_monitor = uptime reaches real servers with", word<&Config::rsh_command>},
    {global, "debug_level", ValueType::word, "", "NONE", "NONE", "nobody",
     "without effect", word<&Config::debug_level>},
    {global, "sync", ValueType::boolean, "", "0", "0", "nobody",
     "without effect", boolean<&Config::sync>},

        // clang-format on
    };
}

}  // namespace pulse::config
