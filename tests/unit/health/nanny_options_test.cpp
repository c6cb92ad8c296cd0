#include <gmock/gmock.h>

#include "options.h"

namespace pulse::nanny {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

/// The options of a command line that is whole but for `more`.
health::NannySpec spec_of(const Words& more) {
    Words words{"--lvs", "-h", "10.0.0.7"};
    words.insert(words.end(), more.begin(), more.end());
    const auto parsed = parse_options(words);
    if (const auto* farewell = std::get_if<Farewell>(&parsed)) ADD_FAILURE() << farewell->text;
    return std::get<Options>(parsed).spec;
}

TEST(NannyOptions, ReadWhatLvsdWrites) {
    health::NannySpec spec{.real_server = *net::IpAddress::parse("fd00::7"),
                           .real_port = {8080},
                           .virtual_address = *net::IpAddress::parse("10.0.0.100"),
                           .virtual_port = {443}};
    const auto expect_round_trip = [](const health::NannySpec& each) {
        const auto parsed = parse_options(health::arguments(each));
        ASSERT_TRUE(std::holds_alternative<Options>(parsed)) << std::get<Farewell>(parsed).text;
        EXPECT_EQ(std::get<Options>(parsed).spec, each);
    };
    expect_round_trip(spec);
    spec.fwmark = net::FirewallMark{4'000'000'000};
    spec.protocol = net::Protocol::udp;
    spec.regex = spec.quiesce = spec.verbose = spec.foreground = true;
    spec.interval = std::chrono::milliseconds(1500);
    spec.reentry = std::chrono::milliseconds(90'001);
    spec.weight = 0;
    spec.method = 'i';
    for (const char* value :
         {"", " ", "-", "--", "-x", "-1", "--lvs", "--help", "-s-x", "=", "a=b", "GET /\\r\\n", "\"q\""}) {
        SCOPED_TRACE(value);
        spec.send_program = spec.send = spec.expect = spec.load_command = spec.label = value;
        spec.check.body = spec.check.ca_file = spec.check.answer = value;
        expect_round_trip(spec);
    }
    spec.timeout = std::chrono::milliseconds(700);
    spec.check = {.kind = health::CheckKind::https,
                  .port = net::Port{8443},
                  .address = net::IpAddress::parse("fd00::8"),
                  .source = net::IpAddress::parse("fd00::1"),
                  .method = "HEAD",
                  .path = "/-=--x",
                  .host = "www.example.org",
                  .status = health::StatusList::parse("200,401"),
                  .verify = false,
                  .cert_warn = 7,
                  .name = "-n",
                  .type = health::DnsType::aaaa};
    expect_round_trip(spec);
}

TEST(NannyOptions, OnceIsForPeople) {
    EXPECT_FALSE(std::get<Options>(parse_options({"--lvs", "-h", "10.0.0.7"})).once);
    EXPECT_TRUE(std::get<Options>(parse_options({"--lvs", "-h", "10.0.0.7", "--once"})).once);
}

TEST(NannyOptions, DefaultsAreTheOriginals) {
    const auto spec = spec_of({});
    EXPECT_EQ(spec.virtual_port.number, 80);
    EXPECT_EQ(spec.real_port.number, 80);
    EXPECT_EQ(spec.interval, std::chrono::seconds(10));
    EXPECT_EQ(spec.reentry, std::chrono::seconds(180));
    EXPECT_EQ(spec.weight, 1);
    EXPECT_EQ(spec.method, 'm');
    EXPECT_TRUE(spec.foreground);  // by hand
    EXPECT_FALSE(spec_of({"-c"}).foreground);
    EXPECT_TRUE(spec_of({"-cn"}).foreground);
}

TEST(NannyOptions, ShortOptionsMayBeGluedBundledAndRepeated) {
    EXPECT_EQ(spec_of({"-p443"}).real_port.number, 443);
    EXPECT_EQ(spec_of({"-quvp443", "-r", "8443"}).real_port.number, 8443);
    EXPECT_EQ(spec_of({"-quv"}).protocol, net::Protocol::udp);
    EXPECT_EQ(spec_of({"--port=1", "--port", "2"}).virtual_port.number, 2);
    EXPECT_EQ(spec_of({"-M", "-g"}).method, 'g');
    EXPECT_EQ(spec_of({"-M", "tunnel"}).method, 'm');
    EXPECT_EQ(spec_of({"-w", "-1"}).weight, -1);
}

TEST(NannyOptions, SuppressedEscapesAreKept) {
    const auto parsed = parse_options({"--lvs", "-h", "10.0.0.7", "-T"});
    EXPECT_EQ(std::get<Options>(parsed).escapes, health::Escapes::keep);
}

TEST(NannyOptions, DurationsTakeSecondsAndFractions) {
    const struct {
        const char* text;
        int milliseconds;
    } cases[] = {
        {"10", 10'000}, {"250ms", 250}, {"1.5s", 1500}, {"1.5", 1500},
        {"2s", 2000},   {"0.001s", 1},  {"0", 10'000}};  // 0: the default; the original divided by it
    for (const auto& each : cases)
        EXPECT_EQ(spec_of({"-t", each.text}).interval, std::chrono::milliseconds(each.milliseconds))
            << each.text;
}

TEST(NannyOptions, MistakesAreNamedAndEndWithStatus1) {
    const struct {
        Words words;
        const char* text;
    } cases[] = {
        {{}, "nanny: No address supplied. Use '--help' for help.\n"},
        {{"--lvs"}, "nanny: No address supplied. Use '--help' for help.\n"},
        {{"--lvs", "-h", "web1"}, "nanny: bad IP address -- web1\n"},
        {{"--lvs", "-h", "10.0.0.7", "-V", ""}, "nanny: bad IP address -- \n"},
        {{"-h", "10.0.0.7"}, "nanny: unknown service type\n"},
        {{"-h", "10.0.0.7", "--fos"}, "nanny: failover services (--fos) are not available; use --lvs\n"},
        {{"--nonsense"}, "nanny: bad argument --nonsense: unknown option\n"},
        {{"-Z"}, "nanny: bad argument -Z: unknown option\n"},
        {{"--verb"}, "nanny: bad argument --verb: unknown option\n"},  // popt does not guess
        {{"-h"}, "nanny: bad argument -h: missing argument\n"},
        {{"-p", "http"}, "nanny: bad argument -p: invalid numeric value\n"},
        {{"-p", "65536"}, "nanny: bad argument -p: number too large or too small\n"},
        {{"-t", "soon"}, "nanny: bad argument -t: invalid numeric value\n"},
        {{"-t", "-5"}, "nanny: bad argument -t: invalid numeric value\n"},
        {{"-t", "1."}, "nanny: bad argument -t: invalid numeric value\n"},
        {{"-t", "1.5ms"}, "nanny: bad argument -t: number too large or too small\n"},
        {{"-t", "99999999999999"}, "nanny: bad argument -t: number too large or too small\n"},
        {{"--lvs=1"}, "nanny: bad argument --lvs=1: it takes no value\n"},
        {{"--source", "eth0"}, "nanny: bad argument --source: invalid address\n"},
        {{"--check", "ftp"}, "nanny: bad argument --check: invalid value\n"},
        {{"--check_status=2xx"}, "nanny: bad argument --check_status=2xx: invalid value\n"},
        {{"--lvs", "-h", "10.0.0.7", "--check=dns"}, "nanny: check = dns needs check_name\n"},
        {{"10.0.0.7"}, "nanny: unexpected arguments\n"},
        {{"--", "x"}, "nanny: unexpected arguments\n"},
    };
    for (const auto& each : cases) {
        const auto parsed = parse_options(each.words);
        ASSERT_TRUE(std::holds_alternative<Farewell>(parsed)) << each.text;
        EXPECT_EQ(std::get<Farewell>(parsed).text, each.text);
        EXPECT_EQ(std::get<Farewell>(parsed).status, 1);
    }
}

TEST(NannyOptions, HelpUsageAndVersionEndWithStatus0) {
    for (const char* word : {"-?", "--help"}) {
        const auto farewell = std::get<Farewell>(parse_options({word}));
        EXPECT_EQ(farewell.status, 0);
        EXPECT_THAT(farewell.text, AllOf(StartsWith("Usage: nanny"), HasSubstr("--expect_string"),
                                         HasSubstr("--check_path PATH"), HasSubstr("foreground")));
    }
    EXPECT_THAT(std::get<Farewell>(parse_options({"--usage"})).text, StartsWith("Usage: nanny [-h IP]"));
    EXPECT_THAT(std::get<Farewell>(parse_options({"--version"})).text, StartsWith("nanny "));
}

TEST(NannyOptions, TakeBackWhatLvsdSaysOfPaceAndLoad) {
    health::NannySpec spec{.real_server = *net::IpAddress::parse("10.0.0.7"),
                           .real_port = {80},
                           .virtual_address = *net::IpAddress::parse("10.0.0.100"),
                           .rise = 3,
                           .fall = 2,
                           .retry_interval = std::chrono::milliseconds(500),
                           .hold_down = std::chrono::seconds(30),
                           .load_command = "agent",
                           .load_formula = load::Formula::classic,
                           .load_interval = std::chrono::seconds(5),
                           .agent_port = {9999},
                           .weight_min = 0,
                           .weight_max = 200,
                           .slow_start = std::chrono::seconds(60),
                           .source = net::IpAddress::parse("10.0.0.1")};
    const auto parsed = parse_options(health::arguments(spec));
    ASSERT_TRUE(std::holds_alternative<Options>(parsed)) << std::get<Farewell>(parsed).text;
    EXPECT_EQ(std::get<Options>(parsed).spec, spec);
}

TEST(NannyOptions, ASharedNannyHasNoServer) {
    const auto parsed = parse_options({"-c", "--shared", "sockets"});
    ASSERT_TRUE(std::holds_alternative<Options>(parsed));
    EXPECT_EQ(std::get<Options>(parsed).shared, Shared::sockets);
    EXPECT_TRUE(
        std::holds_alternative<Farewell>(parse_options({"--shared", "sockets", "-h", "10.0.0.7", "--lvs"})));
    EXPECT_TRUE(std::holds_alternative<Farewell>(parse_options({"--shared", "everything"})));
}

}  // namespace
}  // namespace pulse::nanny
