#include "pulse/config/keys.h"

#include <array>

#include "pulse/base/text.h"
#include "pulse/ipvs/schedulers.h"

#include "readers.h"

namespace pulse::config {

namespace {

using V = VirtualServer;
using S = RealServer;
constexpr auto global = Section::global;
constexpr auto block = Section::virtual_server;
constexpr auto server = Section::real_server;

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

void scheduler(Values& values, V& out) {
    if (const auto index = read_choice(values)) out.scheduler = ipvs::schedulers()[*index].name;
}

void fwmark(Values& values, V& out) {
    const auto mark = read_integer(values, 0, std::numeric_limits<std::uint32_t>::max());
    if (!mark) return;
    out.fwmark = std::nullopt;
    if (*mark != 0) out.fwmark = net::FirewallMark{static_cast<std::uint32_t>(*mark)};
}

/// The one mask that the original forgives; a single address is no grouping at all.
void pmask(Values& values, V& out) {
    if (!values.only()) return;
    const auto mask = read_mask(values);
    if (!mask)
        return values.warning(0, "Bad subnet mask specified",
                              "it is ignored: every client address counts alone");
    out.pmask = std::nullopt;
    if (!mask->is_host() && !mask->bits().is_unspecified()) out.pmask = *mask;
}

void heartbeat_port(Values& values, Config& out) {
    const auto port = read_port(values);
    if (!port) return;
    if (port->number == 0) return values.error(0, "integer out of range", "it must be within 1 and 65535");
    out.heartbeat_port = *port;
}

void server_port(Values& values, S& out) {
    const auto text = values.only();
    if (!text) return;
    const auto named = values.lookups().service(*text);
    if (named && !parse_c_integer(*text))
        return values.error(0, "integer expected",
                            "a real server's port is a number: " + std::to_string(named->number));
    if (const auto number = read_integer(values, 0, std::numeric_limits<std::uint16_t>::max()))
        out.port = net::Port{static_cast<std::uint16_t>(*number)};
}

constexpr auto any = std::numeric_limits<long long>::max();

const auto& table() {
    static const auto rows = std::to_array<Key>({
        // clang-format off
    {global, "serial_no", ValueType::integer, "", "0", "web tool",
     "counts the changes made to this file", integer<&Config::serial_no, -any, any>},
    {global, "primary", ValueType::host, "", "", "pulse",
     "public address of the primary router; decides which of the two a machine is", host<&Config::primary, Unspecified::refused>},
    {global, "primary_private", ValueType::host, "", "", "pulse",
     "the primary's address on the private network, the second path for heartbeats", host<&Config::primary_private, Unspecified::refused>},
    {global, "primary_shared", ValueType::word, "", "", "nobody",
     "shared SCSI device as the primary sees it", word<&Config::primary_shared>},
    {global, "backup", ValueType::host, "", "", "pulse",
     "public address of the backup router; 0.0.0.0 is none", host<&Config::backup, Unspecified::unset>},
    {global, "backup_active", ValueType::boolean, "", "0", "pulse",
     "whether there is a backup router to exchange heartbeats with", boolean<&Config::backup_active>},
    {global, "backup_private", ValueType::host, "", "", "pulse",
     "the backup's address on the private network; needs primary_private", host<&Config::backup_private, Unspecified::refused>},
    {global, "backup_shared", ValueType::word, "", "", "nobody",
     "shared SCSI device as the backup sees it", word<&Config::backup_shared>},
    {global, "reservation_conflict_action", ValueType::choice, "nothing preempt", "", "nobody",
     "what to do when the other router holds the shared device", choice<&Config::reservation_conflict_action, ReservationConflict::nothing, ReservationConflict::preempt>},
    {global, "service", ValueType::choice, "lvs fos", "lvs", "pulse",
     "which blocks to run: virtual (lvs) or failover (fos)", choice<&Config::service, ServiceKind::lvs, ServiceKind::fos>},
    {global, "network", ValueType::choice, networks, "nat", "pulse, lvsd",
     "how packets reach the real servers", choice<&Config::network, Network::nat, Network::direct, Network::tunnel>},
    {global, "nat_router", ValueType::host_and_device, "", "", "pulse",
     "the real servers' gateway in NAT: a floating address and its device", host_and_device<&Config::nat_router>},
    {global, "nat_nmask", ValueType::mask, "", "", "pulse",
     "network mask of nat_router", netmask<&Config::nat_nmask>},
    {global, "active_cmd", ValueType::word, "", "", "pulse",
     "program to run when this router becomes active", word<&Config::active_cmd>},
    {global, "inactive_cmd", ValueType::word, "", "", "pulse",
     "program to run when this router stops being active, and at start", word<&Config::inactive_cmd>},
    {global, "heartbeat", ValueType::boolean, "", "0", "nobody",
     "without effect: backup_active decides whether heartbeats are sent", boolean<&Config::heartbeat>},
    {global, "heartbeat_port", ValueType::port, "", "539", "pulse",
     "UDP port of the heartbeats, the same on both routers", heartbeat_port},
    {global, "keepalive", ValueType::duration, "", "2", "pulse",
     "time between heartbeats", duration<&Config::keepalive, 1>},
    {global, "deadtime", ValueType::duration, "", "5", "pulse",
     "silence after which the other router counts as dead; more than keepalive", duration<&Config::deadtime, 1>},
    {global, "monitor_links", ValueType::flag, "", "0", "pulse",
     "whether to give the role up when a network link is lost", flag<&Config::monitor_links>},
    {global, "syncdaemon", ValueType::boolean, "", "0", "pulse",
     "whether to copy the connection table to the other router", boolean<&Config::syncdaemon>},
    {global, "syncd_iface", ValueType::word, "", "eth0", "pulse",
     "device that the connection table is copied over", word<&Config::syncd_iface>},
    {global, "syncd_id", ValueType::integer, "", "0", "pulse",
     "number, 0 to 255, that keeps several pairs on one network apart", integer<&Config::syncd_id, 0, 255>},
    {global, "tcp_timeout", ValueType::duration, "", "0", "lvsd",
     "idle time after which an open TCP connection is forgotten; 0 keeps the kernel's", duration<&Config::tcp_timeout, 0>},
    {global, "tcpfin_timeout", ValueType::duration, "", "0", "lvsd",
     "the same for a TCP connection that is closing", duration<&Config::tcpfin_timeout, 0>},
    {global, "udp_timeout", ValueType::duration, "", "0", "lvsd",
     "the same for UDP", duration<&Config::udp_timeout, 0>},
    {global, "hard_shutdown", ValueType::boolean, "", "1", "lvsd",
     "what the original did when a nanny died; here it is restarted", boolean<&Config::hard_shutdown>},
    {global, "ipvsadm", ValueType::word, "", "/sbin/ipvsadm", "nobody",
     "the program the original wrote the kernel's table with", word<&Config::ipvsadm>},
    {global, "rsh_command", ValueType::word, "", "rsh", "lvsd",
     "program that load_monitor = uptime reaches real servers with", word<&Config::rsh_command>},
    {global, "debug_level", ValueType::word, "", "NONE", "nobody",
     "without effect", word<&Config::debug_level>},
    {global, "sync", ValueType::boolean, "", "0", "nobody",
     "without effect", boolean<&Config::sync>},

    {block, "active", ValueType::boolean, "", "0", "pulse, lvsd",
     "whether the service is on", boolean<&V::active>},
    {block, "address", ValueType::host_and_device, "", "", "pulse, lvsd",
     "the floating address of the service and its device", host_and_device<&V::address>},
    {block, "vip_nmask", ValueType::mask, "", "", "pulse",
     "network mask of the floating address", netmask<&V::vip_nmask>},
    {block, "sorry_server", ValueType::address, "", "", "lvsd",
     "gets the clients while no real server is up", address<&V::sorry_server>},
    {block, "fwmark", ValueType::integer, "", "0", "lvsd, nanny",
     "balance packets with this firewall mark instead of address and port; 0 is none", fwmark},
    {block, "network", ValueType::choice, networks, "", "lvsd",
     "how packets reach this service's real servers; default: what the top level says", choice<&V::network, Network::nat, Network::direct, Network::tunnel>},
    {block, "protocol", ValueType::choice, "tcp udp", "tcp", "lvsd, nanny",
     "transport protocol", choice<&V::protocol, net::Protocol::tcp, net::Protocol::udp>},
    {block, "port", ValueType::port, "", "80", "lvsd, nanny",
     "port of the service", store<&V::port, read_port>},
    {block, "scheduler", ValueType::choice, schedulers(), "wlc", "lvsd",
     "how clients are spread over the real servers", scheduler},
    {block, "persistent", ValueType::duration, "", "0", "lvsd",
     "how long a client stays with its real server; 0 is off", duration<&V::persistent, 0>},
    {block, "pmask", ValueType::mask, "", "", "lvsd",
     "clients of one such network share a real server; with persistent", pmask},
    {block, "client_monitor", ValueType::word, "", "", "lvsd",
     "program to check the real servers with instead of nanny", word<&V::client_monitor>},
    {block, "send_program", ValueType::word, "", "", "nanny",
     "program to check a real server with; %h is its address, %p its port", word<&V::send_program>},
    {block, "send", ValueType::word, "", "", "nanny",
     "what to send to a real server to check it", word<&V::send>},
    {block, "expect", ValueType::word, "", "", "nanny",
     "how the answer of a healthy real server begins", word<&V::expect>},
    {block, "use_regex", ValueType::boolean, "", "0", "nanny",
     "whether expect is a regular expression", boolean<&V::use_regex>},
    {block, "timeout", ValueType::duration, "", "10", "nanny",
     "pause between checks, and the longest a check may take", duration<&V::timeout, 1>},
    {block, "reentry", ValueType::duration, "", "180", "nanny",
     "how long a failed real server must be well again before it returns", duration<&V::reentry, 0>},
    {block, "load_monitor", ValueType::word, "", "", "nanny",
     "where to get a real server's load from: none, rup, ruptime, uptime or a program", word<&V::load_monitor>},
    {block, "quiesce_server", ValueType::boolean, "", "0", "nanny",
     "whether a failed real server stays in the table with weight 0", boolean<&V::quiesce_server>},
    {block, "start_cmd", ValueType::word, "", "", "nobody",
     "program that starts a failover service", word<&V::start_cmd>},
    {block, "stop_cmd", ValueType::word, "", "", "nobody",
     "program that stops a failover service", word<&V::stop_cmd>},
    {block, "master", ValueType::host, "", "", "nobody",
     "without effect", host<&V::master, Unspecified::unset>},
    {block, "dirs", ValueType::list, "", "", "nobody",
     "without effect", store<&V::dirs, read_list>},

    {server, "address", ValueType::host, "", "", "lvsd, nanny",
     "address of the real server", host<&S::address, Unspecified::unset>},
    {server, "active", ValueType::boolean, "", "0", "lvsd",
     "whether the real server takes part", boolean<&S::active>},
    {server, "port", ValueType::integer, "", "", "lvsd, nanny",
     "port on the real server, in NAT; default: the port of the service, if given before", server_port},
    {server, "weight", ValueType::integer, "", "1", "lvsd, nanny",
     "share of the clients compared with the others; 0 gets no new ones", integer<&S::weight, 0>},
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

std::string_view place_name(Section section) {
    switch (section) {
        case Section::global:
            return "at the top level";
        case Section::virtual_server:
            return "in a virtual or failover block";
        case Section::real_server:
            return "in a server block";
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
        case ValueType::host:
            return "address or host name";
        case ValueType::address:
            return "address";
        case ValueType::host_and_device:
            return "address and device";
        case ValueType::mask:
            return "network mask";
        case ValueType::choice:
            return "choice";
        case ValueType::word:
            return "text";
        case ValueType::list:
            return "list";
    }
    return "";
}

}  // namespace pulse::config
