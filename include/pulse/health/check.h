#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pulse/health/certificate.h"
#include "pulse/health/dns.h"
#include "pulse/health/expect.h"
#include "pulse/health/nanny_command.h"
#include "pulse/health/status_list.h"
#include "pulse/net/service.h"

namespace pulse::health {

/// Send these bytes, expect that.
struct Exchange {
    std::string send{};  ///< empty: nothing is sent over a stream, an empty datagram over UDP
    Expectation expect = NoAnswer{};

    friend bool operator==(const Exchange&, const Exchange&) = default;
};

/// One HTTP/1.1 request, judged by the status of the answer and perhaps by its body.
struct HttpRequest {
    std::string method = "GET";
    std::string path = "/";
    std::string host;
    StatusList status;
    std::variant<std::monostate, std::string, Pattern> body;  ///< text to be found in it

    friend bool operator==(const HttpRequest&, const HttpRequest&) = default;
};

/// One question to a name server.
struct DnsQuestion {
    std::string name;
    DnsType type = DnsType::a;
    int rcode = 0;                      ///< the return code that is good
    std::optional<std::string> record;  ///< one of the records must say this, in the words of DnsAnswer
    bool any_record = true;             ///< without `record`: there must be some
    bool stream = false;                ///< asked over TCP, where every message has its length before it

    friend bool operator==(const DnsQuestion&, const DnsQuestion&) = default;
};

/// A mail server that greets and takes our EHLO (RFC 5321).
struct SmtpGreeting {
    std::string name;  ///< what we call ourselves

    friend bool operator==(const SmtpGreeting&, const SmtpGreeting&) = default;
};

/// A Redis server that answers PING.
struct RedisPing {
    friend bool operator==(const RedisPing&, const RedisPing&) = default;
};

/// A MySQL or MariaDB server that greets and answers a login without password: a denied login is good, for
/// the server works. (To leave at its greeting would make it block our address after 100 times.)
struct MysqlLogin {
    std::string user;

    friend bool operator==(const MysqlLogin&, const MysqlLogin&) = default;
};

/// A PostgreSQL server that answers the beginning of a login.
struct PostgresqlLogin {
    std::string user;

    friend bool operator==(const PostgresqlLogin&, const PostgresqlLogin&) = default;
};

/// An ICMP echo request.
struct Ping {
    net::Family family = net::Family::v4;

    friend bool operator==(const Ping&, const Ping&) = default;
};

/// What is said over the socket; each has its machine in src/health.
using Talk = std::variant<Exchange, HttpRequest, DnsQuestion, SmtpGreeting, RedisPing, MysqlLogin,
                          PostgresqlLogin, Ping>;

enum class Transport { tcp, udp, sctp, ping };

[[nodiscard]] constexpr bool is_datagram(Transport transport) {
    return transport == Transport::udp || transport == Transport::ping;
}

/// Connect, perhaps speak TLS, and talk.
struct SocketCheck {
    Transport transport = Transport::tcp;
    net::Endpoint endpoint;
    std::optional<net::IpAddress> source{};  ///< the local address
    std::optional<TlsSettings> tls{};
    Talk talk = Exchange{};

    friend bool operator==(const SocketCheck&, const SocketCheck&) = default;
};

/// Run a program: it must exit with status 0 and, if `expect` is set, print exactly that and perhaps a line
/// end.
struct ProgramCheck {
    std::vector<std::string> words;  ///< the program and its arguments; never empty
    std::optional<std::string> expect;

    friend bool operator==(const ProgramCheck&, const ProgramCheck&) = default;
};

/// How one real server is checked.
using CheckSpec = std::variant<SocketCheck, ProgramCheck>;

/// A check, and what the operator should be told about it once.
struct PreparedCheck {
    CheckSpec check;
    std::vector<std::string> notes;
};

enum class Escapes { translate, keep };

/// Why no check can be made of a spec, in an operator's words: "check = dns needs check_name". nullopt if one
/// can.
[[nodiscard]] std::optional<std::string> problem(const NannySpec& spec);

/// The check that a nanny's options, without a problem, ask for. Of the classic kind: a program overrides
/// `send`; without program, send and expect, a virtual port of 80 is taken for a web server, as the original
/// does.
[[nodiscard]] PreparedCheck check_from(const NannySpec& spec, Escapes escapes = Escapes::translate);

}  // namespace pulse::health
