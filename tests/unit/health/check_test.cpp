#include "pulse/health/check.h"

#include <gmock/gmock.h>

namespace pulse::health {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NannySpec spec_for(std::uint16_t virtual_port) {
    NannySpec spec;
    spec.real_server = net::IpAddress::v4(0x0a000007);
    spec.real_port = net::Port{8080};
    spec.virtual_port = net::Port{virtual_port};
    return spec;
}

Exchange exchange(const NannySpec& spec) {
    return std::get<Exchange>(std::get<SocketCheck>(check_from(spec).check).talk);
}

TEST(Check, VirtualPort80WithNothingConfiguredIsAWebServer) {
    const auto [check, notes] = check_from(spec_for(80));
    const auto& web = std::get<SocketCheck>(check);
    EXPECT_EQ(web.endpoint.to_string(), "10.0.0.7:8080");
    EXPECT_EQ(web.talk, Talk(Exchange{.send = "GET / HTTP/1.0\r\n\r\n", .expect = Prefix{"HTTP"}}));
    EXPECT_THAT(notes, ElementsAre("nanny: no monitor configured, assuming web service on port 80"));
}

TEST(Check, AnythingConfiguredIsTakenAsItIs) {
    auto other_port = spec_for(25);
    EXPECT_EQ(exchange(other_port).send, "");
    EXPECT_EQ(exchange(other_port).expect, Expectation(NoAnswer{}));

    auto send_only = spec_for(80);
    send_only.send = "\\r\\n";
    EXPECT_EQ(exchange(send_only).send, "\r\n");
    EXPECT_EQ(exchange(send_only).expect, Expectation(NoAnswer{}));

    auto both_empty = spec_for(80);
    both_empty.send = "";
    both_empty.expect = "";
    EXPECT_EQ(exchange(both_empty).send, "");
    EXPECT_EQ(exchange(both_empty).expect, Expectation(AnyAnswer{}));
}

TEST(Check, AStarAloneIsAnythingUnlessItIsARegularExpression) {
    auto spec = spec_for(80);
    spec.expect = "*";
    EXPECT_EQ(exchange(spec).expect, Expectation(AnyAnswer{}));
    spec.regex = true;
    EXPECT_EQ(exchange(spec).expect, Expectation(Pattern{"*"}));
    spec.regex = false;
    spec.expect = "**";
    EXPECT_EQ(exchange(spec).expect, Expectation(Prefix{"**"}));
}

TEST(Check, EscapesAreTranslatedUnlessSuppressed) {
    auto spec = spec_for(80);
    spec.send = "a\\n";
    spec.expect = "b\\d";
    EXPECT_EQ(exchange(spec), (Exchange{.send = "a\n", .expect = Prefix{"b\\d"}}));
    EXPECT_THAT(check_from(spec).notes, ElementsAre(HasSubstr("the expect string \"b\\d\"")));

    const auto kept = check_from(spec, Escapes::keep);
    EXPECT_EQ(std::get<Exchange>(std::get<SocketCheck>(kept.check).talk).send, "a\\n");
    EXPECT_THAT(kept.notes, IsEmpty());
}

TEST(Check, AProgramIsToldWhatToCheck) {
    auto spec = spec_for(80);
    spec.virtual_address = net::IpAddress::v4(0x0a000064);
    spec.label = "web/alpha";
    spec.send_program = "  /bin/check %h %p  -x%h:%p/ \"%v\" %n 100% %d %%h";
    spec.expect = "OK\\t";
    const auto [check, notes] = check_from(spec);
    const auto& program = std::get<ProgramCheck>(check);
    EXPECT_THAT(program.words, ElementsAre("/bin/check", "10.0.0.7", "8080", "-x10.0.0.7:8080/",
                                           "\"10.0.0.100\"", "web/alpha", "100%", "%d", "%10.0.0.7"));
    EXPECT_EQ(program.expect, "OK\t");
    EXPECT_THAT(notes, IsEmpty());
}

TEST(Check, AProgramOverridesSendAndSaysSo) {
    auto spec = spec_for(80);
    spec.send_program = "/bin/check";
    spec.send = "\\n";
    EXPECT_THAT(
        check_from(spec).notes,
        ElementsAre("External program use requested: (/bin/check), IGNORING send string option (\\n)"));
}

TEST(Check, ABlankProgramIsNone) {
    auto spec = spec_for(80);
    spec.send_program = " ";
    EXPECT_EQ(exchange(spec).expect, Expectation(Prefix{"HTTP"}));
}

TEST(Check, UdpThatExpectsNothingIsWarnedAbout) {
    auto spec = spec_for(80);
    spec.protocol = net::Protocol::udp;
    EXPECT_EQ(exchange(spec).expect, Expectation(NoRefusal{}));
    EXPECT_THAT(check_from(spec).notes, ElementsAre(HasSubstr("only a refused port")));
}

/// The socket check of a real server at 10.0.0.7:8080.
SocketCheck socket_check(const CheckOptions& options) {
    auto spec = spec_for(80);
    spec.check = options;
    EXPECT_EQ(problem(spec), std::nullopt);
    return std::get<SocketCheck>(check_from(spec).check);
}

TEST(Check, EveryKindTalksItsOwnWay) {
    const auto talk = [](CheckKind kind) {
        return socket_check({.kind = kind, .name = "www.Example.org"}).talk;
    };
    EXPECT_EQ(talk(CheckKind::tcp), Talk(Exchange{}));
    EXPECT_EQ(talk(CheckKind::udp), Talk(Exchange{.expect = NoRefusal{}}));
    EXPECT_EQ(talk(CheckKind::dns), Talk(DnsQuestion{.name = "www.Example.org"}));
    EXPECT_EQ(talk(CheckKind::smtp), Talk(SmtpGreeting{"www.Example.org"}));
    EXPECT_EQ(talk(CheckKind::redis), Talk(RedisPing{}));
    EXPECT_EQ(talk(CheckKind::mysql), Talk(MysqlLogin{"www.Example.org"}));
    EXPECT_EQ(talk(CheckKind::postgresql), Talk(PostgresqlLogin{"www.Example.org"}));
    EXPECT_EQ(talk(CheckKind::icmp), Talk(Ping{net::Family::v4}));
}

TEST(Check, TheServiceIsCheckedWhereTheOptionsSay) {
    const auto own = socket_check({.kind = CheckKind::tcp});
    EXPECT_EQ(own.endpoint.to_string(), "10.0.0.7:8080");
    EXPECT_EQ(own.transport, Transport::tcp);
    const auto other = socket_check({.kind = CheckKind::icmp,
                                     .port = net::Port{9},
                                     .address = net::IpAddress::parse("fd00::9"),
                                     .source = net::IpAddress::parse("fd00::1")});
    EXPECT_EQ(other.endpoint.to_string(), "[fd00::9]:9");
    EXPECT_EQ(other.source, net::IpAddress::parse("fd00::1"));
    EXPECT_EQ(other.talk, Talk(Ping{net::Family::v6}));
    EXPECT_EQ(other.transport, Transport::ping);
    EXPECT_EQ(socket_check({.port = net::Port{9}}).endpoint.to_string(), "10.0.0.7:9")
        << "the classic check too";
}

TEST(Check, HttpAsksTheHostThatABrowserWould) {
    const auto host = [](const CheckOptions& options) {
        return std::get<HttpRequest>(socket_check(options).talk).host;
    };
    EXPECT_EQ(host({.kind = CheckKind::http}), "10.0.0.7:8080");
    EXPECT_EQ(host({.kind = CheckKind::http, .port = net::Port{80}}), "10.0.0.7");
    EXPECT_EQ(
        host({.kind = CheckKind::https, .port = net::Port{443}, .address = net::IpAddress::parse("fd00::9")}),
        "[fd00::9]");
    EXPECT_EQ(host({.kind = CheckKind::http, .host = "www.example.org"}), "www.example.org");
}

TEST(Check, ACertificateIsVerifiedUnlessToldNotTo) {
    EXPECT_EQ(socket_check({.kind = CheckKind::http}).tls, std::nullopt);
    EXPECT_EQ(socket_check({.kind = CheckKind::https}).tls,
              (TlsSettings{.name = "10.0.0.7", .verify = true, .ca_file = "", .warn_days = 14}));
    EXPECT_EQ(socket_check({.kind = CheckKind::tls,
                            .host = "www.example.org",
                            .verify = false,
                            .ca_file = "/ca",
                            .cert_warn = 3})
                  .tls,
              (TlsSettings{.name = "www.example.org", .verify = false, .ca_file = "/ca", .warn_days = 3}));
}

TEST(Check, ThePortOfAHostIsNoPartOfItsCertificate) {
    const auto check = socket_check({.kind = CheckKind::https, .host = "www.example.org:8443"});
    EXPECT_EQ(check.tls->name, "www.example.org");
    EXPECT_EQ(std::get<HttpRequest>(check.talk).host, "www.example.org:8443");
    EXPECT_EQ(socket_check({.kind = CheckKind::https, .address = net::IpAddress::parse("fd00::9")}).tls->name,
              "fd00::9");
}

TEST(Check, AnAnswerIsARecordOrAReturnCode) {
    const auto question = [](const char* answer) {
        return std::get<DnsQuestion>(
            socket_check({.kind = CheckKind::dns, .name = "n", .type = DnsType::mx, .answer = answer}).talk);
    };
    EXPECT_EQ(question("Mail.example.org."),
              (DnsQuestion{.name = "n", .type = DnsType::mx, .record = "mail.example.org"}));
    EXPECT_EQ(question("REFUSED"),
              (DnsQuestion{.name = "n", .type = DnsType::mx, .rcode = 5, .any_record = false}));
}

TEST(Check, WhatCannotBeDoneIsSaid) {
    auto spec = spec_for(80);
    EXPECT_EQ(problem(spec), std::nullopt);
    spec.check.kind = CheckKind::dns;
    EXPECT_EQ(problem(spec), "check = dns needs check_name");
    spec.check.name = "a..b";
    EXPECT_EQ(problem(spec), "check_name is not a DNS name");
    spec.check.kind = CheckKind::program;
    EXPECT_EQ(problem(spec), "check = program needs send_program");
    spec.send_program = "/bin/check";
    EXPECT_EQ(problem(spec), std::nullopt);
}

}  // namespace
}  // namespace pulse::health
