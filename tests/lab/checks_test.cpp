// What nanny says of a server that is not well: each row of docs/checks.md, provoked.

#include "checks.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "responder.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::string_literals::operator""s;

constexpr const char* black_hole = "10.9.9.9";
constexpr const char* unreachable = "10.7.7.7";

/// What each kind needs to be told, and what a server of that kind begins its answer with.
struct Kind {
    std::string name;
    std::string options;
    bool speaks_first;  ///< the check, not the server
    std::string beginning;
    std::string greeting = {};  ///< whole, of a server that speaks first
    std::string flood = beginning + std::string(100'000, 'x');
};

const std::vector<Kind>& stream_kinds() {
    static const std::vector<Kind> kinds{
        {"tcp", "tcp --expect_string=AAAA --send_string=x", true, "A"},
        {"classic", "classic --expect_string=AAAA --send_string=x", true, "A"},
        {"http", "http", true, "HTTP/1.1 200 OK\r\nX: x"},
        {"smtp", "smtp", false, "220 x", "220 x\r\n"},
        {"redis", "redis", true, "+x"},
        {"mysql", "mysql", false, "\x60\0\0\0\x0ax"s, "\3\0\0\0\x0ax\0"s},
        {"postgresql", "postgresql", true, "R\0\0\0\x60x"s, "", "R\x7f\xff\xff\xff"s},
        {"https", "https", true, ""},
        {"tls", "tls", true, ""},
    };
    return kinds;
}

const std::string many_a(200, 'A');

std::string against(const Behaviour& behaviour, const std::string& options) {
    const Responder responder(behaviour);
    return check(options, responder.port());
}

std::string against_udp(const Behaviour& behaviour, const std::string& options) {
    const Responder responder(behaviour, Responder::Kind::udp);
    return check(options, responder.port());
}

/// A UDP server's answer to one datagram, made from it.
Behaviour answers_datagram(std::function<std::string(std::string)> answer) {
    return [answer = std::move(answer)](int socket) {
        std::string question(2000, '\0');
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        auto* name = reinterpret_cast<sockaddr*>(&from);
        const auto got = ::recvfrom(socket, question.data(), question.size(), 0, name, &size);
        question.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        const auto text = answer(question);
        if (!text.empty()) (void)::sendto(socket, text.data(), text.size(), 0, name, size);
    };
}

/// The question as an answer with that return code and no record.
std::string refused_question(std::string question, int code) {
    question[2] = '\x81';
    question[3] = static_cast<char>(0x80 | code);
    return question;
}

using Failures = std::map<std::pair<std::string, std::string>, std::function<std::string()>>;

/// A TLS server that says what a shell script prints.
std::string against_tls(const std::string& script, const std::string& options) {
    constexpr std::uint16_t port = 8449;
    (void)run("( " + script + " ) 2> /dev/null | exec openssl s_server -quiet -accept 127.0.0.1:" +
              std::to_string(port) + " -key /run/own.key -cert /run/own.pem > /dev/null 2>&1 &");
    std::string said;
    (void)within(std::chrono::seconds(15), [&] {
        said = check(options + " --check_verify=0", port);
        return said != "connect refused";
    });
    (void)run("kill -9 $(pgrep -x openssl)");
    return said;
}

void add_tls(Failures& failures) {
    failures[{"https", "slow drip"}] = [] {
        return against_tls(R"(printf 'HTTP/1.1 200 OK\r\nX: x'; while sleep 0.3; do printf x; done)",
                           "https");
    };
    failures[{"https", "huge answer"}] = [] {
        return against_tls(R"(printf 'HTTP/1.1 200 OK\r\nX: '; while printf '%09999d' 0; do :; done)",
                           "https");
    };
    failures[{"tls", "slow drip"}] = [] {
        return against_tls("while printf A; do sleep 0.3; done", "tls --expect_string=" + many_a);
    };
}

/// Failures that any server over TCP may have.
void add_common(Failures& failures) {
    for (const auto& kind : stream_kinds()) {
        const auto add = [&](const char* what, std::function<std::string()> provoke) {
            failures[{kind.name, what}] = std::move(provoke);
        };
        const auto& options = kind.options;
        add("refused", [=] { return check(options, 1); });
        add("black-holed", [=] { return check(options, 7, black_hole); });
        add("unreachable", [=] { return check(options, 7, unreachable); });
        add("reset", [=] { return against(resets(kind.greeting), options); });
        add("half-open", [=] { return against(keeps_silent(), options); });
        add("closes at once", [=] { return against(kind.speaks_first ? answers("") : says(""), options); });
        const auto wrong = "SSH-2.0-x\r\n"s;
        add("wrong answer",
            [=] { return against(kind.speaks_first ? answers(wrong) : says(wrong), options); });
        if (kind.beginning.empty()) continue;
        if (kind.beginning == "A") {
            add("slow drip", [=] { return against(drips("A"), kind.name + " --expect_string=" + many_a); });
            continue;
        }
        add("slow drip", [=] { return against(drips(kind.beginning), options); });
        add("huge answer", [=] { return against(floods(kind.flood), options); });
    }
    failures[{"smtp", "endless lines"}] = [] { return against(floods("220-x\r\n"), "smtp"); };
    failures[{"http", "endless 1xx"}] = [] {
        return against(floods("HTTP/1.1 100 Continue\r\n\r\n"), "http");
    };
}

void add_refusals(Failures& failures) {
    const auto add = [&](const char* kind, const char* what, const Behaviour& behaviour,
                         std::string options) {
        failures[{kind, what}] = [=] { return against(behaviour, options); };
    };
    add("smtp", "too busy", says("421 too busy\r\n"), "smtp");
    add("redis", "loading", answers("-LOADING Redis is loading the dataset in memory\r\n"), "redis");
    add("mysql", "too many connections", says("\x17\0\0\0\xff\x10\x04Too many connections"s), "mysql");
    const auto starting = "SFATAL\0C57P03\0Mthe database system is starting up\0\0"s;
    add("postgresql", "starting up", answers("E\0\0\0"s + static_cast<char>(starting.size() + 4) + starting),
        "postgresql");
    add("http", "status", answers("HTTP/1.1 503 Service Unavailable\r\n\r\n"), "http");
    add("http", "body", answers("HTTP/1.1 200 OK\r\n\r\nmaintenance"), "http --check_body=welcome");
    add("http", "body cut", answers("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nwel"),
        "http --check_body=welcome");
}

void add_datagrams(Failures& failures) {
    const auto dns = "dns --check_name=www.example.org"s;
    const auto udp = "udp --send_string=x --expect_string=pong"s;
    for (const auto& [kind, options] : {std::pair("dns"s, dns), std::pair("udp"s, udp)}) {
        failures[{kind, "refused"}] = [=] { return check(options, 1); };
        failures[{kind, "black-holed"}] = [=] { return check(options, 7, black_hole); };
        failures[{kind, "unreachable"}] = [=] { return check(options, 7, unreachable); };
        failures[{kind, "silent"}] = [=] {
            return against_udp(answers_datagram([](auto) { return ""; }), options);
        };
    }
    failures[{"udp", "wrong answer"}] = [=] {
        return against_udp(answers_datagram([](auto) { return "nack"; }), udp);
    };
    const auto huge = answers_datagram([](auto) { return std::string(60'000, 'x'); });
    failures[{"udp", "huge answer"}] = [=] { return against_udp(huge, udp); };
    failures[{"dns", "huge answer"}] = [=] { return against_udp(huge, dns); };
    failures[{"dns", "no such name"}] = [=] {
        return against_udp(answers_datagram([](auto question) { return refused_question(question, 3); }),
                           dns);
    };
    failures[{"dns", "refuses"}] = [=] {
        return against_udp(answers_datagram([](auto question) { return refused_question(question, 5); }),
                           dns);
    };
    failures[{"dns", "no record"}] = [=] {
        return against_udp(answers_datagram([](auto question) { return refused_question(question, 0); }),
                           dns);
    };
    failures[{"dns", "other record"}] = [=] {
        const auto with_record = [](std::string question) {
            auto answer = refused_question(std::move(question), 0);
            answer[7] = 1;
            return answer + "\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc0\0\2\1"s;
        };
        return against_udp(answers_datagram(with_record), dns + " --check_answer=192.0.2.10");
    };
    failures[{"dns", "malformed"}] = [=] {
        const auto cut = [](std::string question) { return refused_question(question.substr(0, 20), 0); };
        return against_udp(answers_datagram(cut), dns);
    };
    failures[{"icmp", "black-holed"}] = [] { return check("icmp", 7, black_hole); };
    failures[{"icmp", "unreachable"}] = [] { return check("icmp", 7, unreachable); };
}

void add_programs(Failures& failures) {
    const auto add = [&](const char* what, const std::string& script, const std::string& more = "") {
        failures[{"program", what}] = [=] {
            (void)run("printf '#!/bin/sh\\n%s\\n' '" + script + "' > /run/check && chmod 755 /run/check");
            return check("program --send_program=/run/check " + more, 7);
        };
    };
    add("exits with a failure", "exit 3");
    add("killed", "kill -9 $$");
    add("hangs", "sleep 100");
    add("prints something else", "echo no", "--expect_string=yes");
    add("huge answer", "head -c 1000000 /dev/zero", "--expect_string=yes");
    add("prints without end", "exec yes", "--expect_string=yes");
    failures[{"program", "not there"}] = [] { return check("program --send_program=/run/nothing", 7); };
    failures[{"tcp", "check_source is not ours"}] = [] { return check("tcp --check_source=192.0.2.1", 7); };
}

Failures failures() {
    Failures all;
    add_common(all);
    add_tls(all);
    add_refusals(all);
    add_datagrams(all);
    add_programs(all);
    return all;
}

/// Of certificates: servers_test.cpp provokes them, with nginx.
bool of_certificates(const std::pair<std::string, std::string>& row) {
    return row.second.starts_with("certificate");
}

class Checks : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        // A wire with nobody at its end, and a router that has no route.
        const auto made = run(R"(set -e
            ip link set lo up
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /run/own.key -out /run/own.pem -subj /CN=own
            sysctl -qw net.ipv4.ping_group_range='0 2147483647'
            ip link add hole type veth peer name bottom
            ip addr add 10.9.9.1/24 dev hole
            ip link set hole up
            ip link set bottom up
            ip neigh add 10.9.9.9 lladdr 02:00:00:00:00:09 dev hole
            ip netns add router
            ip link add out type veth peer name in netns router
            ip addr add 10.6.6.1/24 dev out
            ip link set out up
            ip -n router addr add 10.6.6.2/24 dev in
            ip -n router link set in up
            ip -n router route add unreachable 10.7.7.0/24
            ip netns exec router sysctl -qw net.ipv4.ip_forward=1
            ip route add 10.7.7.0/24 via 10.6.6.2)");
        ASSERT_EQ(made.status, 0) << made.text;
    }
};

TEST_F(Checks, EveryFailureHasItsReasonAndItsRow) {
    const auto documented = documented_reasons();
    const auto provoked = failures();
    EXPECT_GT(documented.size(), 80U);
    for (const auto& [row, provoke] : provoked) {
        SCOPED_TRACE(row.first + ", " + row.second);
        const auto found = documented.find(row);
        const auto said = provoke();
        if (found == documented.end()) {
            ADD_FAILURE() << "not in docs/checks.md: " << said;
        } else if (found->second.ends_with("...")) {
            EXPECT_THAT(said, testing::StartsWith(found->second.substr(0, found->second.size() - 3)));
        } else {
            EXPECT_EQ(said, found->second);
        }
    }
    for (const auto& [row, reason] : documented)
        EXPECT_TRUE(provoked.contains(row) || of_certificates(row))
            << row.first << ", " << row.second << " is not tested";
}

}  // namespace
}  // namespace pulse::lab
