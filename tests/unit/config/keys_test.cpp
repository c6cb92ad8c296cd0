#include "pulse/config/keys.h"

#include <set>

#include <gtest/gtest.h>

#include "pulse/base/text.h"

#include "helpers.h"

namespace pulse::config::testing {
namespace {

std::string in_section(Section section, const std::string& line) {
    switch (section) {
        case Section::global:
            return line + "\n";
        case Section::virtual_server:
            return in_virtual(line);
        case Section::real_server:
            return in_server(line);
        case Section::sysctl:
            return "sysctl {\n" + line + "\n}\n";
    }
    return {};
}

/// A value that the key takes, and one that it does not ("" if it takes any).
struct Samples {
    std::string_view good;
    std::string_view bad;
};

Samples samples(const Key& key) {
    switch (key.type) {
        case ValueType::integer:
            return {"1", "x"};
        case ValueType::boolean:
            return {"1", "2"};
        case ValueType::flag:
            return {"2", "x"};
        case ValueType::duration:
            return {"4", "x"};
        case ValueType::port:
            return {"http-alt", "nosuch"};
        case ValueType::ports:
            return {"80,443:450 5060/udp", "80,x"};
        case ValueType::host:
            return {key.name == "syncd_mcast_group" ? key.example : "www", "nosuch"};
        case ValueType::addresses:
            return {"10.0.0.1 fd00::1", "www"};
        case ValueType::host_and_device:
            return {"www eth0", "nosuch eth0"};
        case ValueType::mask:
            return {"255.255.0.0", "x"};
        case ValueType::choice:
        case ValueType::choices:
            return {split_words(key.choices).back(), "nosuch"};
        case ValueType::word:  // what becomes part of a request takes no blanks
            return {key.name.starts_with("check_") ? key.example : "\"some text\"", "two words"};
        case ValueType::list:
            return {"[ a b ]", "a b"};
        case ValueType::path:
            return {"10.0.0.1 10.0.0.2 540", "10.0.0.1"};
    }
    return {};
}

TEST(Keys, TableHasWhatTheOriginalHad) {
    std::set<std::pair<Section, std::string_view>> names;
    for (const auto& key : keys()) {
        EXPECT_TRUE(names.emplace(key.section, key.name).second) << key.name << " is there twice";
        EXPECT_FALSE(key.help.empty()) << key.name;
        EXPECT_FALSE(key.used_by.empty()) << key.name;
        EXPECT_EQ(key.choices.empty(), key.type != ValueType::choice && key.type != ValueType::choices)
            << key.name;
        EXPECT_EQ(find_key(key.section, key.name), &key);
    }
    const auto has = [](Section section, std::string_view original) {
        for (const auto name : split_words(original)) EXPECT_NE(find_key(section, name), nullptr) << name;
    };
    has(Section::global,
        "serial_no primary primary_private primary_shared backup backup_active backup_private backup_shared "
        "reservation_conflict_action service network nat_router nat_nmask active_cmd inactive_cmd heartbeat "
        "heartbeat_port keepalive deadtime monitor_links syncdaemon syncd_iface syncd_id tcp_timeout "
        "tcpfin_timeout udp_timeout hard_shutdown ipvsadm rsh_command debug_level sync");
    has(Section::virtual_server,
        "active address vip_nmask sorry_server fwmark protocol port scheduler persistent pmask "
        "client_monitor "
        "send_program send expect use_regex timeout reentry load_monitor quiesce_server start_cmd stop_cmd "
        "master dirs");
    has(Section::real_server, "address active port weight");
    EXPECT_EQ(find_key(Section::global, "nosuch"), nullptr);
}

TEST(Keys, DefaultTextReadsAsTheDefault) {
    for (const auto& key : keys()) {
        if (key.default_text.empty()) continue;
        SCOPED_TRACE(key.name);
        const auto given =
            read_text(in_section(key.section, std::string(key.name) + " = " + std::string(key.default_text)));
        EXPECT_EQ(brief(given), std::vector<std::string>{});
        EXPECT_EQ(given.config, read_text(in_section(key.section, "")).config);
    }
}

TEST(Keys, EveryKeyReadsItsTypeAndNothingElse) {
    for (const auto& key : keys()) {
        SCOPED_TRACE(key.name);
        const auto sample = samples(key);
        const auto prefix = std::string(key.name) + " = ";
        const auto good = read_text(in_section(key.section, prefix + std::string(sample.good)));
        EXPECT_TRUE(good.ok());
        const auto bad = read_text(in_section(key.section, prefix + std::string(sample.bad)));
        ASSERT_EQ(bad.diagnostics.size(), 1U);
        EXPECT_EQ(bad.ok(), key.name == "pmask");
        EXPECT_EQ(bad.config, read_text(in_section(key.section, "")).config);
        const auto missing = read_text(in_section(key.section, prefix));
        ASSERT_EQ(missing.diagnostics.size(), 1U);
        EXPECT_EQ(missing.diagnostics[0].text, "missing arguments");
    }
}

TEST(Keys, EveryKeyMakesADifference) {
    for (const auto& key : keys()) {
        SCOPED_TRACE(key.name);
        auto value = samples(key).good;
        if (key.default_text == value) value = key.example;
        const auto reading =
            read_text(in_section(key.section, std::string(key.name) + " = " + std::string(value)));
        // The one active key that a rule clears again when it stands alone.
        if (key.name == "backup_active") continue;
        EXPECT_NE(reading.config, read_text(in_section(key.section, "")).config);
    }
}

TEST(Keys, EveryChoiceIsTaken) {
    for (const auto& key : keys()) {
        for (const auto choice : split_words(key.choices)) {
            SCOPED_TRACE(choice);
            EXPECT_TRUE(
                read_text(in_section(key.section, std::string(key.name) + " = " + std::string(choice))).ok());
        }
    }
}

TEST(Keys, FailoverBlocksTakeTheKeysOfVirtualOnes) {
    for (const auto& key : keys()) {
        if (key.section != Section::virtual_server) continue;
        SCOPED_TRACE(key.name);
        const auto body = std::string(key.name) + " = " + std::string(samples(key).good) + "\n}\n";
        const auto failover = read_text("failover v {\n" + body);
        EXPECT_TRUE(failover.ok());
        EXPECT_EQ(failover.config.failover_services,
                  read_text("virtual v {\n" + body).config.virtual_servers);
    }
}

}  // namespace
}  // namespace pulse::config::testing
