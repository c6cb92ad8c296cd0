#include "generator.h"

#include <algorithm>

namespace pulse::lab {

void Generator::add_option(Words& words, const char* letter, const char* word, const std::string& value) {
    const bool is_short = *letter != '\0' && chance(70);
    if (is_short && chance(25)) {
        words.push_back(std::string("-") + letter + value);
    } else if (!is_short && chance(40)) {
        words.push_back(std::string("--") + word + "=" + value);
    } else {
        words.push_back(is_short ? std::string("-") + letter : std::string("--") + word);
        words.push_back(value);
    }
}

bool Generator::add_service(Words& words, bool existing) {
    if (existing && chance(75)) {
        const bool is_v6 = chance(25);
        add_option(words, "t", "tcp-service",
                   is_v6 ? "[fd00::1]:80" : one_of({"10.0.0.1:80", "10.0.0.1:http"}));
        return is_v6;
    }
    if (chance(25)) {
        add_option(words, "f", "fwmark-service", one_of({"7", "8", "9", "2147483647"}));
        const bool is_v6 = chance(30);
        if (is_v6) words.emplace_back(one_of({"-6", "--ipv6"}));
        return is_v6;
    }
    const auto address =
        one_of({"10.0.0.1:80", "10.0.0.3:443", "10.0.0.1", "10.0.0.2:53", "10.0.0.2:0", "[fd00::1]:80",
                "[fd00::1]:443", "fd00::1", "10.0.0.4:http", "127.0.0.9:80", "[fd00::2]:80", "10.0.0.3:80"});
    switch (random_() % 5) {
        case 0:
            add_option(words, "u", "udp-service", address);
            break;
        case 1:
            add_option(words, "", "sctp-service", address);
            break;
        default:
            add_option(words, "t", "tcp-service", address);
    }
    return address.find("fd00") != std::string::npos;
}

void Generator::service_options(Words& words, bool is_v6) {
    const auto scheduler = one_of({"rr", "wrr", "lc", "wlc", "sh", "mh", "dh", "sed", "nq", "fo", "ovf",
                                   "lblc", "rr", "wlc", "nosuch"});
    if (chance(70)) add_option(words, "s", "scheduler", scheduler);
    if (chance(40)) {
        if (chance(30))
            words.emplace_back(one_of({"-p", "--persistent"}));
        else
            add_option(words, "p", "persistent", one_of({"1", "60", "360", "2678400", "5", "0"}));
    }
    // A short mask for IPv4 is one of the deliberate differences.
    if (chance(25))
        add_option(words, "M", "netmask",
                   is_v6
                       ? one_of({"64", "128", "1", "0", "129", "255.255.255.0"})
                       : one_of({"255.255.255.0", "255.255.255.255", "255.0.255.0", "256.0.0.0", "fd00::"}));
    if (chance(8)) words.emplace_back(one_of({"-o", "--ops"}));
    if (chance(15)) add_option(words, "", "pe", one_of({"sip", "nosuch"}));
    if (chance(20))
        add_option(words, "b", "sched-flags",
                   one_of({"flag-1", "flag-1,flag-2", "flag-3", "sh-port", "sh-fallback,sh-port", "mh-port",
                           "mh-fallback", "bad"}));
}

void Generator::server_options(Words& words, bool is_v6) {
    if (chance(95))
        add_option(words, "r", "real-server",
                   is_v6 ? one_of({"[fd00:1::1]:80", "fd00:1::2", "[fd00:1::3]:8080", "10.0.1.1:80"})
                         : one_of({"10.0.1.1:80", "10.0.1.4", "10.0.1.2:8080", "10.0.1.3:http", "10.0.1.5:81",
                                   "224.0.0.1:80", "fd00:1::2", "bad:port"}));
    const auto method = one_of({"-m", "-g", "-i", "--masquerading", "--gatewaying", "--ipip", ""});
    if (!method.empty()) words.push_back(method);
    if (chance(50))
        add_option(words, "w", "weight",
                   one_of({"0", "1", "100", "65535", "65536", "2147483647", "7", "2147483648", "-1"}));
    if (chance(20))
        add_option(words, "x", "u-threshold", one_of({"0", "10", "65536", "2147483647", "4294967295"}));
    if (chance(20)) add_option(words, "y", "l-threshold", one_of({"0", "5", "20"}));
    if ((method == "-i" || method == "--ipip") && chance(60)) {
        if (chance(80)) add_option(words, "", "tun-type", one_of({"ipip", "gue", "gre", "vxlan"}));
        if (chance(50)) add_option(words, "", "tun-port", one_of({"6080", "65535", "0"}));
        if (chance(50)) words.push_back(one_of({"--tun-nocsum", "--tun-csum", "--tun-remcsum"}));
    }
}

void Generator::spoil(Words& words) {
    const auto at = [&] { return words.begin() + static_cast<std::ptrdiff_t>(1 + random_() % words.size()); };
    switch (random_() % 5) {
        case 0:
            words.insert(at(), one_of({"--bogus", "-q", "--stats", "-n", "-D", "--list", "-w", "-o"}));
            break;
        case 1:
            words.insert(at(), one_of({"word", "", "-", "80"}));
            break;
        case 2:
            words.push_back(words[random_() % words.size()]);
            break;
        case 3:
            words.pop_back();
            break;
        default:
            if (words.size() > 1)
                words.erase(words.begin() + static_cast<std::ptrdiff_t>(random_() % words.size()));
    }
}

Words Generator::command_line() {
    Words words;
    switch (random_() % 10) {
        case 0:
        case 1:
        case 2:
            words.push_back(one_of({"-A", "-A", "--add-service", "-E", "--edit-service"}));
            service_options(words, add_service(words, words.front() != "-A"));
            break;
        case 3:
        case 4:
        case 5:
            words.push_back(one_of({"-a", "-a", "--add-server", "-e", "--edit-server"}));
            server_options(words, add_service(words, true));
            break;
        case 6:
            words.push_back(one_of({"-D", "--delete-service", "-Z", "--zero"}));
            add_service(words, true);
            break;
        case 7:
            words.push_back(one_of({"-d", "--delete-server"}));
            add_service(words, true);
            add_option(words, "r", "real-server",
                       one_of({"10.0.1.1:80", "10.0.1.2:8080", "10.0.1.2", "[fd00:1::1]:80"}));
            break;
        case 8:
            words.push_back(one_of({"-L", "-l", "--list", "-Ln"}));
            if (chance(30)) add_service(words, true);
            for (const char* each : {"--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info",
                                     "--exact", "-c", "--timeout", "--daemon", "--sort"})
                if (chance(12)) words.emplace_back(each);
            if (words.front() != "-Ln") words.emplace_back("-n");
            break;
        default:
            words = words_of(one_of({"-C", "--clear", "-Z", "--set 10 20 30", "--set 0 5 0", "--set 1 2",
                                     "--set 1 2 3 4", "--start-daemon master --mcast-interface lo",
                                     "--start-daemon backup --mcast-interface lo --syncid 9",
                                     "--start-daemon master --mcast-interface lo --mcast-group 239.1.2.3 "
                                     "--mcast-port 9000 --mcast-ttl 5 --sync-maxlen 1400",
                                     "--start-daemon master --mcast-interface nosuch", "--stop-daemon master",
                                     "--stop-daemon backup --syncid 3"}));
    }
    if (chance(15)) spoil(words);
    return words;
}

}  // namespace pulse::lab
