#include "network_script.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pulse::lab {
namespace {

using net::IpAddress;
using std::back_inserter;

std::string_view bridge(Segment segment) { return segment == Segment::public_side ? "public" : "private"; }

std::string with_prefix(const IpAddress& address) {
    return fmt::format("{}/{}", address.to_string(), address.is_v4() ? 24 : 64);
}

/// An address is usable at once only when the kernel does not first ask whether somebody else has it.
std::string_view no_detection(const IpAddress& address) { return address.is_v4() ? "" : " nodad"; }

/// Where packets wrapped by a router arrive; the kernel makes the device when its module is loaded.
std::string_view tunnel_device(const Host& host) {
    return host.legs.front().addresses.front().is_v4() ? "tunl0" : "ip6tnl0";
}

std::string wires(const Layout& layout) {
    std::string text;
    auto out = back_inserter(text);
    for (const auto segment : {Segment::public_side, Segment::private_side}) {
        if (segment == Segment::private_side && !layout.has_private_side) continue;
        fmt::format_to(out, "link add {0} type bridge\nlink set {0} up\n", bridge(segment));
    }
    for (const auto& host : layout.hosts) fmt::format_to(out, "netns add {}\n", host.name);
    for (std::size_t i = 0; i < layout.hosts.size(); ++i) {
        for (const auto& leg : layout.hosts[i].legs) {
            // A host's port on the bridge: its number in the order of lab_hosts, from 1, and its device.
            const auto port = fmt::format("h{}-{}", i + 1, leg.device);
            fmt::format_to(out, "link add {} type veth peer name {} netns {}\n", port, leg.device,
                           layout.hosts[i].name);
            fmt::format_to(out, "link set {} master {} up\n", port, bridge(leg.segment));
        }
    }
    return text;
}

std::string addresses(const Host& host) {
    std::string text = "link set lo up\n";
    auto out = back_inserter(text);
    for (const auto& leg : host.legs) {
        fmt::format_to(out, "link set {} up\n", leg.device);
        for (const auto& address : leg.addresses) {
            fmt::format_to(out, "addr add {} dev {}{}\n", with_prefix(address), leg.device,
                           no_detection(address));
        }
    }
    for (const auto& service : host.quiet_services) {
        if (host.router) {
            // A router that also serves: packets for the service are taken in, but the address itself is
            // pulse's to add.
            fmt::format_to(out, "route add local {} dev lo table local\n", service.to_string());
        } else {
            fmt::format_to(out, "addr add {}/{} dev lo{}\n", service.to_string(),
                           net::address_bits(service.family()), no_detection(service));
        }
    }
    if (host.tunnel_end) fmt::format_to(out, "link set {} up\n", tunnel_device(host));
    for (const auto& gateway : host.gateways) {
        fmt::format_to(out, "route add default via {} dev {} onlink\n", gateway.to_string(),
                       host.legs.front().device);
    }
    return text;
}

std::string kernel_settings(const Host& host) {
    std::string text;
    auto out = back_inserter(text);
    const auto set = [&](std::string_view value, std::string_view key) {
        fmt::format_to(out, "echo {} >/proc/sys/net/{}\n", value, key);
    };
    const auto set_everywhere = [&](std::string_view value, std::string_view key) {
        set(value, fmt::format("ipv4/conf/all/{}", key));
        for (const auto& leg : host.legs) set(value, fmt::format("ipv4/conf/{}/{}", leg.device, key));
    };
    set_everywhere("0", "rp_filter");
    if (host.router) {
        set("1", "ipv4/ip_forward");
        set("1", "ipv6/conf/all/forwarding");
    }
    if (!host.quiet_services.empty()) {
        set_everywhere("1", "arp_ignore");
        set_everywhere("2", "arp_announce");
    }
    if (host.tunnel_end) set("0", fmt::format("ipv4/conf/{}/rp_filter", tunnel_device(host)));
    return text;
}

/// A router marks what arrives for a service: with tc, because user-mode Linux has no nftables for IP.
std::string marks(const Layout& layout) {
    std::string text;
    auto out = back_inserter(text);
    if (layout.marks.empty()) return text;
    fmt::format_to(out, "qdisc add dev {} ingress\n", layout.public_device);
    int preference = 0;
    for (const auto& [service, protocol, mark] : layout.marks) {
        fmt::format_to(
            out,
            "filter add dev {} ingress pref {} protocol {} flower ip_proto {} dst_ip {} dst_port {} action "
            "skbedit mark {}\n",
            layout.public_device, ++preference, service.address.is_v4() ? "ip" : "ipv6", net::name(protocol),
            service.address.to_string(), service.port.number, mark.number);
    }
    return text;
}

std::string nginx_configuration(const Host& host) {
    // One process: started sooner, and gone at once when killed.
    std::string text = fmt::format(
        "master_process off;\npid /run/lab-web/{0}.pid;\nerror_log /run/lab-web/{0}.log;\n"
        "events {{ worker_connections 1024; }}\nhttp {{\n    access_log off;\n    server {{\n",
        host.name);
    for (const auto port : host.web_ports) {
        fmt::format_to(back_inserter(text),
                       "        listen {0} backlog=1024;\n        listen [::]:{0} backlog=1024;\n", port);
    }
    fmt::format_to(back_inserter(text),
                   "        location / {{ return 200 \"{}\\n\"; }}\n"
                   "        location /files/ {{ root /run/lab-web; limit_rate $arg_rate; }}\n    }}\n}}\n",
                   host.name);
    return text;
}

std::string description(const Layout& layout) {
    std::string text;
    auto out = back_inserter(text);
    for (const auto& host : layout.hosts) {
        auto name = host.name;
        for (const auto& leg : host.legs) {
            std::string holds;
            for (const auto& address : leg.addresses) holds += " " + with_prefix(address);
            fmt::format_to(out, "  {:<16} {:<5} {:<8}{}\n", std::exchange(name, ""), leg.device,
                           bridge(leg.segment), holds);
        }
        if (!host.web_ports.empty())
            fmt::format_to(out, "  {:<16} nginx on port {}\n", "", fmt::join(host.web_ports, ", "));
    }
    for (const auto& service : layout.services) {
        fmt::format_to(
            out, "  {} is {} {}{}: {}\n", service.name, net::name(service.protocol),
            service.address.to_string(),
            service.fwmark ? fmt::format(" (mark {})", service.fwmark->number) : "",
            service.hosts.empty() ? "no real server" : fmt::format("{}", fmt::join(service.hosts, ", ")));
    }
    for (const auto& note : layout.notes) fmt::format_to(out, "  note: {}\n", note);
    return text;
}

std::string variables(const Layout& layout) {
    std::string text;
    auto out = back_inserter(text);
    std::vector<std::string> hosts;
    std::vector<std::string> web_hosts;
    std::string known = "declare -A lab_address=(";
    for (const auto& host : layout.hosts) {
        hosts.push_back(host.name);
        if (!host.web_ports.empty()) web_hosts.push_back(host.name);
        if (!host.legs.empty() && !host.legs.front().addresses.empty()) {
            known += fmt::format(" [{}]={}", host.name, host.legs.front().addresses.front().to_string());
        }
    }
    fmt::format_to(out, "lab_hosts='{}'\nlab_web_hosts='{}'\n{} )\n", fmt::join(hosts, " "),
                   fmt::join(web_hosts, " "), known);
    fmt::format_to(out, "lab_public_device={}\nlab_keepalive={} lab_deadtime={} # milliseconds, as below\n",
                   layout.public_device, layout.keepalive.count(), layout.deadtime.count());
    fmt::format_to(out, "lab_services={}\n", layout.services.size());
    for (std::size_t i = 0; i < layout.services.size(); ++i) {
        const auto& service = layout.services[i];
        const auto set = [&](std::string_view key, std::string_view value) {
            fmt::format_to(out, "lab_service{}_{}={} ", i + 1, key, shell_quoted(value));
        };
        set("name", service.name);
        set("protocol", net::name(service.protocol));
        set("address", service.address.address.to_string());
        set("port", std::to_string(service.address.port.number));
        set("fwmark", service.fwmark ? std::to_string(service.fwmark->number) : "");
        set("scheduler", service.scheduler);
        set("persistent", service.persistent ? "1" : "");
        set("quiesce", service.quiesce ? "1" : "");
        set("timeout", std::to_string(service.timeout.count()));
        set("reentry", std::to_string(service.reentry.count()));
        set("hosts", fmt::format("{}", fmt::join(service.hosts, " ")));
        text.back() = '\n';
    }
    return text;
}

}  // namespace

std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += R"('\'')";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string network_script(const Layout& layout) {
    auto text = variables(layout);
    auto out = back_inserter(text);
    const bool tunnels = std::ranges::any_of(layout.hosts, &Host::tunnel_end);
    fmt::format_to(out, "lab_make_network() {{\n{}ip -batch - <<'END' || return 1\n{}END\n",
                   tunnels ? "modprobe -a ipip ip6_tunnel\n" : "", wires(layout));
    for (const auto& host : layout.hosts) {
        const bool marking = host.router && !layout.marks.empty();
        fmt::format_to(
            out, "ip netns exec {} sh -e <<'SETUP' || return 1\n{}ip -batch - <<'END'\n{}END\n{}SETUP\n",
            host.name, kernel_settings(host), addresses(host),
            marking ? fmt::format("tc -batch - <<'END'\n{}END\n", marks(layout)) : "");
    }
    text += "}\nlab_make_services() {\nmkdir -p /run/lab-web /var/lib/nginx\n";
    std::string started;
    for (const auto& host : layout.hosts) {
        if (host.web_ports.empty()) continue;
        fmt::format_to(out, "cat >/run/lab-web/{}.conf <<'END'\n{}END\n", host.name,
                       nginx_configuration(host));
        started += " " + host.name;
    }
    if (!started.empty()) fmt::format_to(out, "lab-web start{}\n", started);
    for (const auto& program : layout.check_programs) {
        fmt::format_to(out, "lab_stand_in {} {} {} {}\n", shell_quoted(program.path), program.host_argument,
                       shell_quoted(program.answer), fmt::join(program.ports, " "));
    }
    fmt::format_to(out, "}}\nlab_describe() {{\ncat <<'END'\n{}END\n}}\n", description(layout));
    return text;
}

}  // namespace pulse::lab
