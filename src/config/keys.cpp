#include "pulse/config/keys.h"

#include <algorithm>

#include "pulse/base/text.h"
#include "pulse/ipvs/schedulers.h"

#include "access.h"
#include "probe_keys.h"

namespace pulse::config {

namespace {

using V = VirtualServer;
using S = RealServer;
constexpr auto global = Section::global;
constexpr auto block = Section::virtual_server;
constexpr auto server = Section::real_server;
constexpr auto setting = Section::sysctl;

constexpr std::string_view networks = "nat direct tunnel";

/// The names IPVS knows, blank-separated.
const std::string& schedulers() {
    static const std::string names = [] {
        std::string all;
        for (const auto& scheduler : ipvs::schedulers())
            all += (all.empty() ? "" : " ") + std::string(scheduler.name);
        return all;
    }();
    return names;
}

void read_scheduler(Values& values, V& out) {
    if (const auto index = read_choice(values)) out.scheduler = ipvs::schedulers()[*index].name;
}

void read_fwmark(Values& values, V& out) {
    const auto mark = read_integer(values, 0, std::numeric_limits<std::uint32_t>::max());
    if (!mark) return;
    out.fwmark = std::nullopt;
    if (*mark != 0) out.fwmark = net::FirewallMark{static_cast<std::uint32_t>(*mark)};
}

std::vector<std::string> write_fwmark(const Key&, const V& in) {
    return {std::to_string(in.fwmark.value_or(net::FirewallMark{}).number)};
}

/// The one mask that the original forgives; a single address is no grouping at all.
void read_pmask(Values& values, V& out) {
    if (!values.only()) return;
    const auto mask = read_mask(values);
    if (!mask)
        return values.warning(0, "Bad subnet mask specified",
                              "it is ignored: every client address counts alone");
    out.pmask = std::nullopt;
    if (!mask->is_host() && !mask->bits().is_unspecified()) out.pmask = *mask;
}

/// Blanks or commas between them; ipvsadm's names, sh-port and mh-port, will do as well.
void read_sched_flags(Values& values, V& out) {
    if (values.size() == 0) return (void)values.exactly(1);
    std::uint32_t flags = 0;
    for (auto [at, word] : listed(values)) {
        if (word.starts_with("sh-") || word.starts_with("mh-")) word.remove_prefix(3);
        const auto index = read_choice(values, at, word);
        if (!index) return;
        flags |= ipvs::scheduler_flag_bits.at(*index);
    }
    out.sched_flags = flags;
}

std::vector<std::string> write_sched_flags(const Key& key, const V& in) {
    std::vector<std::string> words;
    const auto names = split_words(key.choices);
    for (std::size_t i = 0; i < names.size(); ++i)
        if ((in.sched_flags & ipvs::scheduler_flag_bits.at(i)) != 0) words.emplace_back(names[i]);
    return words;
}

void read_mark_ports(Values& values, V& out) {
    if (auto ports = read_ports(values)) out.mark_ports = *std::move(ports);
}

void read_pe(Values& values, V& out) {
    if (const auto index = read_choice(values)) out.pe = split_words(values.key().choices).at(*index);
}

void read_heartbeat_port(Values& values, Config& out) {
    const auto port = read_port(values);
    if (!port) return;
    if (port->number == 0) return values.error(0, "integer out of range", "it must be within 1 and 65535");
    out.heartbeat_port = *port;
}

void read_server_port(Values& values, S& out) {
    const auto text = values.only();
    if (!text) return;
    const auto named = values.lookups().service(*text);
    if (named && !parse_c_integer(*text))
        return values.error(0, "integer expected",
                            "a real server's port is a number: " + std::to_string(named->number));
    if (const auto number = read_integer(values, 0, std::numeric_limits<std::uint16_t>::max()))
        out.port = net::Port{static_cast<std::uint16_t>(*number)};
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

void read_switch(Values& values, Sysctls& out) {
    if (const auto on = read_boolean(values))
        out.values.insert_or_assign(std::string(values.key().name), *on ? 1 : 0);
}

template <int lowest, int highest>
void read_number(Values& values, Sysctls& out) {
    if (const auto number = read_integer(values, lowest, highest))
        out.values.insert_or_assign(std::string(values.key().name), static_cast<int>(*number));
}

std::vector<std::string> write_setting(const Key& key, const Sysctls& in) {
    const auto found = in.values.find(key.name);
    return found == in.values.end() ? std::vector<std::string>{} : words(found->second);
}

constexpr Access<Sysctls> on_or_off{.read = read_switch, .write = write_setting};

template <int lowest, int highest>
constexpr Access<Sysctls> number_within{.read = read_number<lowest, highest>, .write = write_setting};

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

constexpr auto any = std::numeric_limits<long long>::max();

/// Those of `check` stand in a virtual for all its servers, and in a server for itself.
std::vector<Key> with_probe_keys(std::vector<Key> rows) {
    for (const auto section : {block, server}) {
        const auto keys = probe_keys(section);
        const auto last =
            std::find_if(rows.rbegin(), rows.rend(), [&](const Key& key) { return key.section == section; });
        rows.insert(last.base(), keys.begin(), keys.end());
    }
    return rows;
}

const std::vector<Key>& table() {
    static const auto rows = with_probe_keys({
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
    {global, "network", ValueType::choice, networks, "nat", "direct", "pulse, lvsd",
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
    {global, "monitor_links", ValueType::flag, "", "0", "1", "pulse",
     "whether to give the role up when a network link is lost", flag<&Config::monitor_links>},
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

    {block, "active", ValueType::boolean, "", "0", "1", "pulse, lvsd",
     "whether the service is on", boolean<&V::active>},
    {block, "address", ValueType::host_and_device, "", "", "10.0.0.10 eth0:1", "pulse, lvsd",
     "the floating address of the service and its device", host_and_device<&V::address>},
    {block, "vip_nmask", ValueType::mask, "", "", "255.255.255.255", "pulse",
     "network mask of the floating address", netmask<&V::vip_nmask>},
    {block, "sorry_server", ValueType::addresses, "", "", "10.0.1.20", "lvsd",
     "one or more that get the clients while too few real servers are up; 127.0.0.1 is the router itself", addresses<&V::sorry_servers>},
    {block, "quorum", ValueType::integer, "", "1", "2", "lvsd",
     "real servers, or weight, that must be up; with less the sorry server gets the clients", integer<&V::quorum, 1>},
    {block, "quorum_of", ValueType::choice, "servers weight", "servers", "weight", "lvsd",
     "what quorum counts", choice<&V::quorum_of, QuorumOf::servers, QuorumOf::weight>},
    {block, "quorum_hysteresis", ValueType::integer, "", "0", "1", "lvsd",
     "how much more than quorum must be up before the real servers get the clients back", integer<&V::quorum_hysteresis>},
    {block, "fwmark", ValueType::integer, "", "0", "100", "lvsd, nanny",
     "balance packets with this firewall mark instead of address and port; 0 is none", Access<V>{read_fwmark, write_fwmark}},
    {block, "mark_ports", ValueType::ports, "", "", "80,443,10000:20000", "lvsd",
     "with fwmark: the ports of the address whose packets lvsd has marked (nftables)", access<&V::mark_ports>(read_mark_ports)},
    {block, "network", ValueType::choice, networks, "", "tunnel", "lvsd",
     "how packets reach this service's real servers; default: what the top level says", choice<&V::network, Network::nat, Network::direct, Network::tunnel>},
    {block, "tunnel_type", ValueType::choice, "ipip gue gre", "ipip", "gue", "lvsd",
     "with network = tunnel: what packets are wrapped in", choice<&V::tunnel_type, ipvs::TunnelType::ipip, ipvs::TunnelType::gue, ipvs::TunnelType::gre>},
    {block, "tunnel_port", ValueType::port, "", "0", "6080", "lvsd",
     "UDP port of a gue tunnel", stored<&V::tunnel_port, read_port>},
    {block, "tunnel_csum", ValueType::choice, "none csum remcsum", "none", "csum", "lvsd",
     "checksum of a gue or gre tunnel's outer header", choice<&V::tunnel_csum, ipvs::TunnelChecksum::none, ipvs::TunnelChecksum::checksum, ipvs::TunnelChecksum::remote>},
    {block, "protocol", ValueType::choice, "tcp udp sctp", "tcp", "udp", "lvsd, nanny",
     "transport protocol", choice<&V::protocol, net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp>},
    {block, "port", ValueType::port, "", "80", "https", "lvsd, nanny",
     "port of the service", stored<&V::port, read_port>},
    {block, "scheduler", ValueType::choice, schedulers(), "wlc", "wrr", "lvsd",
     "how clients are spread over the real servers", access<&V::scheduler>(read_scheduler)},
    {block, "sched_flags", ValueType::choices, "fallback port", "", "fallback port", "lvsd",
     "for the schedulers sh and mh: take another server if the chosen one is full or off; hash the client's port too", Access<V>{read_sched_flags, write_sched_flags}},
    {block, "ops", ValueType::boolean, "", "0", "1", "lvsd",
     "whether every UDP packet is balanced for itself, as for DNS", boolean<&V::ops>},
    {block, "persistent", ValueType::duration, "", "0", "5m", "lvsd",
     "how long a client stays with its real server; 0 is off", duration<&V::persistent, 0>},
    {block, "pmask", ValueType::mask, "", "", "255.255.255.0", "lvsd",
     "clients of one such network share a real server; with persistent", access<&V::pmask>(read_pmask)},
    {block, "pe", ValueType::choice, "sip", "", "sip", "lvsd",
     "persistence engine: what a client is recognised by instead of its address; with persistent and udp", access<&V::pe>(read_pe)},
    {block, "client_monitor", ValueType::word, "", "", "/usr/local/sbin/monitor", "lvsd",
     "program to check the real servers with instead of nanny", word<&V::client_monitor>},
    {block, "send_program", ValueType::word, "", "", "\"/usr/local/bin/check %h %p\"", "nanny",
     "program to check a real server with; %h is its address, %p its port, %v the service's address, %n VIRTUAL/SERVER", word<&V::send_program>},
    {block, "send", ValueType::word, "", "", "\"GET / HTTP/1.0\\r\\n\\r\\n\"", "nanny",
     "what to send to a real server to check it", word<&V::send>},
    {block, "expect", ValueType::word, "", "", "\"HTTP/1.1 200\"", "nanny",
     "how the answer of a healthy real server begins", word<&V::expect>},
    {block, "use_regex", ValueType::boolean, "", "0", "1", "nanny",
     "whether expect is a regular expression", boolean<&V::use_regex>},
    {block, "timeout", ValueType::duration, "", "10", "5", "nanny",
     "the longest a check may take, and the pause between checks unless check_interval says otherwise", duration<&V::timeout, 1>},
    {block, "check_interval", ValueType::duration, "", "", "2", "nanny",
     "pause between checks; default: timeout", duration<&V::check_interval, 1>},
    {block, "reentry", ValueType::duration, "", "180", "30", "nanny",
     "how long a failed real server must be well again before it returns", duration<&V::reentry, 0>},
    {block, "rise", ValueType::integer, "", "0", "3", "nanny",
     "good checks in a row that a failed real server needs to return; 0: as many as fit into reentry", integer<&V::rise>},
    {block, "fall", ValueType::integer, "", "1", "3", "nanny",
     "failed checks in a row that take a real server out", integer<&V::fall, 1>},
    {block, "retry_interval", ValueType::duration, "", "0", "1", "nanny",
     "pause before the next check while a failure is not yet certain; 0: as usual", duration<&V::retry_interval, 0>},
    {block, "hold_down", ValueType::duration, "", "0", "30", "nanny",
     "shortest time out for a real server that fails again soon after its return; it doubles each time; 0 is off", duration<&V::hold_down, 0>},
    {block, "panic_threshold", ValueType::integer, "", "0", "60", "lvsd",
     "when more than this many percent of the pool fail at once, all stay in, for it is probably us; 0 is off", integer<&V::panic_threshold, 0, 100>},
    {block, "load_monitor", ValueType::word, "", "", "uptime", "nanny",
     "where to get a real server's load from: none, rup, ruptime, uptime, agent or a program", word<&V::load_monitor>},
    {block, "load_formula", ValueType::choice, "bounded classic", "bounded", "classic", "nanny",
     "what a load does to the weight: lower it, or, as the original, raise it up to ten times", choice<&V::load_formula, load::Formula::bounded, load::Formula::classic>},
    {block, "load_interval", ValueType::duration, "", "20", "5", "nanny",
     "pause between readings of the load", duration<&V::load_interval, 1>},
    {block, "agent_port", ValueType::port, "", "0", "9999", "nanny",
     "TCP port that load_monitor = agent asks", stored<&V::agent_port, read_port>},
    {block, "weight_min", ValueType::integer, "", "", "10", "nanny",
     "lowest weight that a load may lead to; default 1, or with load_formula = classic the weight", integer<&V::weight_min>},
    {block, "weight_max", ValueType::integer, "", "", "200", "nanny",
     "highest weight that a load may lead to; default the weight, or with load_formula = classic ten times that", integer<&V::weight_max, 0, 65535>},
    {block, "slow_start", ValueType::duration, "", "0", "60", "nanny",
     "how long a real server that returns from a failure takes to its full weight; 0 is off", duration<&V::slow_start, 0>},
    {block, "quiesce_server", ValueType::boolean, "", "0", "1", "nanny",
     "whether a failed real server stays in the table with weight 0", boolean<&V::quiesce_server>},
    {block, "start_cmd", ValueType::word, "", "", "\"/usr/bin/systemctl start nginx\"", "nobody",
     "program that starts a failover service", word<&V::start_cmd>},
    {block, "stop_cmd", ValueType::word, "", "", "\"/usr/bin/systemctl stop nginx\"", "nobody",
     "program that stops a failover service", word<&V::stop_cmd>},
    {block, "master", ValueType::host, "", "", "10.0.1.11", "nobody",
     "without effect", host<&V::master, Unspecified::unset>},
    {block, "dirs", ValueType::list, "", "", "[ /var/www /etc/nginx ]", "nobody",
     "without effect", stored<&V::dirs, read_list>},

    {server, "address", ValueType::host, "", "", "10.0.1.11", "lvsd, nanny",
     "address of the real server", host<&S::address, Unspecified::unset>},
    {server, "active", ValueType::boolean, "", "0", "1", "lvsd",
     "whether the real server takes part", boolean<&S::active>},
    {server, "port", ValueType::integer, "", "", "8080", "lvsd, nanny",
     "port on the real server, in NAT; default: the port of the service, if given before", access<&S::port>(read_server_port)},
    {server, "weight", ValueType::integer, "", "1", "3", "lvsd, nanny",
     "share of the clients compared with the others; 0 gets no new ones", integer<&S::weight, 0>},
    {server, "u_threshold", ValueType::integer, "", "0", "1000", "lvsd",
     "connections at which it gets no more; 0 is no limit", integer<&S::u_threshold>},
    {server, "l_threshold", ValueType::integer, "", "0", "800", "lvsd",
     "connections below which it gets some again; 0 is three quarters of u_threshold", integer<&S::l_threshold>},
    {setting, "net.ipv4.ip_forward", ValueType::boolean, "", "", "1", "lvsd",
     "whether this router forwards IPv4 packets; network = nat needs it", on_or_off},
    {setting, "net.ipv6.conf.all.forwarding", ValueType::boolean, "", "", "1", "lvsd",
     "whether this router forwards IPv6 packets; network = nat needs it", on_or_off},
    {setting, "net.ipv4.vs.expire_nodest_conn", ValueType::boolean, "", "", "1", "lvsd",
     "1: a connection to a removed real server is reset, not met with silence", on_or_off},
    {setting, "net.ipv4.vs.expire_quiescent_template", ValueType::boolean, "", "", "1", "lvsd",
     "1: persistence does not lead new connections to a real server of weight 0", on_or_off},
    {setting, "net.ipv4.vs.conn_reuse_mode", ValueType::integer, "", "", "1", "lvsd",
     "1: a connection that reuses a client's port may go to another real server", number_within<0, 3>},
    {setting, "net.ipv4.vs.conntrack", ValueType::boolean, "", "", "1", "lvsd",
     "1: netfilter follows balanced connections too, for rules that look at their state", on_or_off},
    {setting, "net.ipv4.vs.sloppy_tcp", ValueType::boolean, "", "", "1", "lvsd",
     "1: a TCP connection may begin in its middle, as after a takeover without synchronisation", on_or_off},
    {setting, "net.ipv4.vs.sloppy_sctp", ValueType::boolean, "", "", "1", "lvsd",
     "the same for SCTP", on_or_off},
    {setting, "net.ipv4.vs.nat_icmp_send", ValueType::boolean, "", "", "1", "lvsd",
     "1: packets of a real server that belong to no connection are answered with ICMP", on_or_off},
    {setting, "net.ipv4.vs.schedule_icmp", ValueType::boolean, "", "", "1", "lvsd",
     "1: ICMP errors without a connection are balanced too", on_or_off},
    {setting, "net.ipv4.vs.ignore_tunneled", ValueType::boolean, "", "", "1", "lvsd",
     "1: packets that came out of a tunnel to this router are not balanced", on_or_off},
    {setting, "net.ipv4.vs.pmtu_disc", ValueType::boolean, "", "", "1", "lvsd",
     "1: the path's MTU is discovered for tunnels", on_or_off},
    {setting, "net.ipv4.vs.cache_bypass", ValueType::boolean, "", "", "0", "lvsd",
     "1: without a real server, packets go on to their own destination", on_or_off},
    {setting, "net.ipv4.vs.run_estimation", ValueType::boolean, "", "", "1", "lvsd",
     "0: no rates are kept, which saves time with very many services", on_or_off},
    {setting, "net.ipv4.vs.backup_only", ValueType::boolean, "", "", "1", "lvsd",
     "1: while this router receives synchronised connections it does not balance", on_or_off},
    {setting, "net.ipv4.vs.sync_ports", ValueType::integer, "", "", "1", "lvsd",
     "how many ports and threads synchronisation uses; counts from its next start", number_within<1, 64>},
    {setting, "net.ipv4.vs.sync_refresh_period", ValueType::integer, "", "", "0", "lvsd",
     "after how many seconds an unchanged connection is synchronised again; 0: by packets", number_within<0, largest_int>},
    {setting, "net.ipv4.vs.sync_retries", ValueType::integer, "", "", "0", "lvsd",
     "how often a synchronisation message is repeated", number_within<0, 3>},
    {setting, "net.ipv4.vs.sync_persist_mode", ValueType::integer, "", "", "0", "lvsd",
     "1: of a persistent service only the persistence is synchronised", number_within<0, 1>},
    {setting, "net.ipv4.vs.sync_qlen_max", ValueType::integer, "", "", "4096", "lvsd",
     "how many synchronisation messages may wait", number_within<1, largest_int>},
    {setting, "net.ipv4.vs.drop_entry", ValueType::integer, "", "", "0", "lvsd",
     "defence: 1 drops half-open connections at random when memory is short, 3 always", number_within<0, 3>},
    {setting, "net.ipv4.vs.drop_packet", ValueType::integer, "", "", "0", "lvsd",
     "defence: 1 drops packets at a rate when memory is short, 3 always", number_within<0, 3>},
    {setting, "net.ipv4.vs.secure_tcp", ValueType::integer, "", "", "0", "lvsd",
     "defence: 1 keeps stricter connection states when memory is short, 3 always", number_within<0, 3>},
    {setting, "net.ipv4.vs.amemthresh", ValueType::integer, "", "", "1024", "lvsd",
     "how many free pages of memory are short", number_within<0, largest_int>},
    {setting, "net.ipv4.vs.am_droprate", ValueType::integer, "", "", "10", "lvsd",
     "with drop_packet = 3, one packet of this many is dropped", number_within<1, largest_int>},
        // clang-format on
    });
    return rows;
}

}  // namespace

std::span<const Key> keys() { return table(); }

const Key* find_key(Section section, std::string_view name) {
    for (const auto& key : table())
        if (key.section == section && key.name == name) return &key;
    return nullptr;
}

std::vector<std::string> value_words(const Key& key, std::string_view typed) {
    if (key.type == ValueType::word) return {std::string(typed)};
    std::vector<std::string> words;
    for (const auto word : split_words(typed)) words.emplace_back(word);
    if (key.type == ValueType::list && !words.empty() && words.front() != "[") {
        words.insert(words.begin(), "[");
        words.emplace_back("]");
    }
    return words;
}

std::string_view place_name(Section section) {
    switch (section) {
        case Section::global:
            return "at the top level";
        case Section::virtual_server:
            return "in a virtual or failover block";
        case Section::real_server:
            return "in a server block";
        case Section::sysctl:
            return "in a sysctl block";
    }
    return "";
}

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::integer:
            return "integer";
        case ValueType::boolean:
        case ValueType::flag:
            return "0 or 1";
        case ValueType::duration:
            return "duration";
        case ValueType::port:
            return "port";
        case ValueType::ports:
            return "ports";
        case ValueType::host:
            return "address or host name";
        case ValueType::addresses:
            return "addresses";
        case ValueType::host_and_device:
            return "address and device";
        case ValueType::mask:
            return "network mask";
        case ValueType::choice:
            return "choice";
        case ValueType::choices:
            return "choices";
        case ValueType::word:
            return "text";
        case ValueType::list:
            return "list";
        case ValueType::path:
            return "two addresses";
    }
    return "";
}

}  // namespace pulse::config
