#include "pulse/health/check_options.h"

#include <gmock/gmock.h>

#include "pulse/base/text.h"
#include "pulse/health/certificate.h"

namespace pulse::health {
namespace {

CheckOptions every_option() {
    return {.kind = CheckKind::https,
            .port = net::Port{8443},
            .address = net::IpAddress::parse("10.0.2.1"),
            .source = net::IpAddress::parse("fd00::1"),
            .method = "HEAD",
            .path = "/x?y=--z",
            .host = "www.example.org",
            .status = StatusList::parse("200,300-302"),
            .body = "-- \\r \"",
            .verify = false,
            .ca_file = "/ca.pem",
            .cert_warn = 0,
            .name = "n",
            .type = DnsType::srv,
            .answer = "NXDOMAIN"};
}

TEST(CheckOptions, WhatIsWrittenReadsAsItWas) {
    CheckOptions read;
    std::size_t written = 0;
    for (const auto& row : check_option_table()) {
        EXPECT_EQ(row.write(CheckOptions()), std::nullopt) << row.name;
        const auto value = row.write(every_option());
        ASSERT_TRUE(value) << row.name;
        EXPECT_TRUE(row.read(read, *value)) << row.name;
        ++written;
    }
    EXPECT_EQ(read, every_option());
    EXPECT_EQ(written, 15U);
}

TEST(CheckOptions, NonsenseIsRefused) {
    const struct {
        const char* name;
        const char* value;
    } cases[] = {{"check", "ftp"},        {"check_port", "65536"},   {"check_address", "www"},
                 {"check_path", "/a b"},  {"check_path", ""},        {"check_host", "a\r\nb"},
                 {"check_status", "2xx"}, {"check_verify", "2"},     {"check_cert_warn", "-1"},
                 {"check_type", "a"},     {"check_name", "\xc3\xa9"}};
    for (const auto& [name, value] : cases)
        for (const auto& row : check_option_table()) {
            CheckOptions options;
            if (row.name != name) continue;
            EXPECT_FALSE(row.read(options, value)) << name << " " << value;
        }
}

TEST(CheckOptions, AServerOverridesWhatItSaysAndNoMore) {
    const CheckOptions service{.kind = CheckKind::http, .path = "/", .body = "a"};
    auto expected = service;
    expected.path = "/alpha";
    expected.verify = false;
    EXPECT_EQ(overridden(service, {.path = "/alpha", .verify = false}), expected);
    EXPECT_EQ(overridden(service, every_option()), every_option());
    EXPECT_EQ(overridden(service, {}), service);
}

TEST(CheckOptions, EveryKindHasItsName) {
    for (const auto word : split_words(check_kinds)) {
        const auto kind = check_kind(word);
        ASSERT_TRUE(kind) << word;
        EXPECT_EQ(name(*kind), word);
    }
    EXPECT_EQ(check_kind("classic"), CheckKind::classic);
    EXPECT_EQ(check_kind("program"), CheckKind::program);
    EXPECT_EQ(check_kind(""), std::nullopt);
}

TEST(Certificate, ThatEndsSoonIsWorthANote) {
    using std::chrono::days;
    const std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));
    EXPECT_EQ(expiry_note(now + days(15), now, 14), "");
    EXPECT_EQ(expiry_note(now + days(14), now, 14), "the certificate ends on 2027-01-29 08:00:00 UTC");
    EXPECT_EQ(expiry_note(now - days(1), now, 14), "the certificate ended on 2027-01-14 08:00:00 UTC");
    EXPECT_EQ(expiry_note(now - days(1), now, 0), "");
}

}  // namespace
}  // namespace pulse::health
