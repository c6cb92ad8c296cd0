#include "pulse/ipvs/command_line.h"
#include "pulse/ipvs/schedulers.h"

namespace pulse::ipvs {

namespace {

std::string scheduler_names() {
    std::string names;
    for (const auto& scheduler : schedulers()) names += std::string(scheduler.name) + " ";
    return names;
}

}  // namespace

std::string usage() {
    return "Usage:\n"
           "  ipvsadm -A|E -t|u|f SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M NETMASK] [-o]\n"
           "  ipvsadm -D -t|u|f SERVICE\n"
           "  ipvsadm -C\n"
           "  ipvsadm -a|e -t|u|f SERVICE -r SERVER [-g|i|m] [-w WEIGHT] [-x UPPER] [-y LOWER]\n"
           "  ipvsadm -d -t|u|f SERVICE -r SERVER\n"
           "  ipvsadm [-L|l [-t|u|f SERVICE] [-n]]\n"
           "  ipvsadm -h | -v\n"
           "\n"
           "Commands:\n"
           "  -A, --add-service      add a virtual service\n"
           "  -E, --edit-service     change a virtual service; what is not given goes back to its default\n"
           "  -D, --delete-service   remove a virtual service and its servers\n"
           "  -C, --clear            remove everything\n"
           "  -a, --add-server       add a real server to a service\n"
           "  -e, --edit-server      change a real server; what is not given goes back to its default\n"
           "  -d, --delete-server    remove a real server\n"
           "  -L, -l, --list         show the table\n"
           "  -h, --help             show this text\n"
           "  -v, --version          show the version\n"
           "\n"
           "Services and servers:\n"
           "  -t, --tcp-service      ADDRESS[:PORT] over TCP ([IPv6]:PORT too)\n"
           "  -u, --udp-service      ADDRESS[:PORT] over UDP\n"
           "      --sctp-service     ADDRESS[:PORT] over SCTP\n"
           "  -f, --fwmark-service   packets with this firewall mark (1-4294967295)\n"
           "  -6, --ipv6             the marked packets are IPv6\n"
           "  -r, --real-server      ADDRESS[:PORT]; without a port, the service's\n"
           "\n"
           "Options:\n"
           "  -s, --scheduler        " +
           scheduler_names() +
           "(default wlc)\n"
           "  -p, --persistent       send a client to the same server for SECONDS (default 360)\n"
           "  -M, --netmask          clients equal under this mask are one client\n"
           "  -o, --ops              schedule every packet by itself (UDP)\n"
           "  -g, --gatewaying       direct routing (default)\n"
           "  -i, --ipip             IP tunnel\n"
           "  -m, --masquerading     NAT\n"
           "  -w, --weight           share of new connections (default 1; 0 takes none)\n"
           "  -x, --u-threshold      no new connections above this many\n"
           "  -y, --l-threshold      new ones again below this many\n"
           "  -n, --numeric          show numbers instead of names\n";
}

}  // namespace pulse::ipvs
