#include "pulse/base/text.h"
#include "pulse/ipvs/schedulers.h"

#include "access.h"
#include "key_rows.h"

namespace pulse::config {

namespace {

using V = VirtualServer;
using S = RealServer;
constexpr auto block = Section::virtual_server;
constexpr auto server = Section::real_server;

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

void read_server_port(Values& values, S& out) {
    const auto text = values.only();
    if (!text) return;
    // Asked about words alone: each question reads the services database.
    const auto named =
        parse_c_integer(*text) ? std::nullopt : values.lookups().service(*text, values.protocol);
    if (named)
        return values.error(0, "integer expected",
                            "a real server's port is a number: " + std::to_string(named->number));
    if (const auto number = read_integer(values, 0, std::numeric_limits<std::uint16_t>::max()))
        out.port = net::Port{static_cast<std::uint16_t>(*number)};
}

}  // namespace

std::vector<Key> virtual_keys() {
    return {
        // clang-format off
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
    {block, "network", ValueType::choice, network_names, "", "tunnel", "lvsd",
     "how packets reach this service's real servers; default: what the top level says", choice<&V::network, Network::nat, Network::direct, Network::tunnel>},
    {block, "tunnel_type", ValueType::choice, "ipip gue gre", "ipip", "gue", "lvsd",
     "with network = tunnel: what packets are wrapped in", choice<&V::tunnel_type, ipvs::TunnelType::ipip, ipvs::TunnelType::gue, ipvs::TunnelType::gre>},
    {block, "tunnel_port", ValueType::port, "", "0", "6080", "lvsd",
     "UDP port of a gue tunnel", stored<&V::tunnel_port, read_port_of<net::Protocol::udp>>},
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
     "TCP port that load_monitor = agent asks", stored<&V::agent_port, read_port_of<net::Protocol::tcp>>},
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

        // clang-format on
    };
}

std::vector<Key> server_keys() {
    return {
        // clang-format off
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
        // clang-format on
    };
}

}  // namespace pulse::config
