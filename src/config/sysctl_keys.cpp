#include "access.h"
#include "key_rows.h"

namespace pulse::config {

namespace {

constexpr auto setting = Section::sysctl;

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

}  // namespace

std::vector<Key> sysctl_keys() {
    return {
        // clang-format off
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
    };
}

}  // namespace pulse::config
