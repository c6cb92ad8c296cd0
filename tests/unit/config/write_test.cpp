#include "pulse/config/write.h"

#include <gtest/gtest.h>

#include "pulse/config/keys.h"

#include "helpers.h"

namespace pulse::config::testing {
namespace {

template <class Owner>
std::string written(const Key& key, const Owner& owner) {
    std::string out;
    for (const auto& word : values_of(key, owner)) out += (out.empty() ? "" : " ") + word;
    return out;
}

TEST(Write, DefaultOfEveryKeyIsTheOneItsRowNames) {
    for (const auto& key : keys()) {
        SCOPED_TRACE(key.name);
        if (key.section == Section::real_server && key.name == "port") continue;  // that of the virtual
        const auto usual = key.section == Section::global           ? written(key, Config{})
                           : key.section == Section::virtual_server ? written(key, VirtualServer{})
                           : key.section == Section::sysctl         ? written(key, Sysctls{})
                                                                    : written(key, RealServer{});
        EXPECT_EQ(usual, key.default_text);
    }
}

TEST(Write, EveryFileOfTheCorpusSaysTheSameAgain) {
    for (const auto& path : corpus()) {
        SCOPED_TRACE(path);
        const auto config = read_text(file(path)).config;
        const auto text = write(config);
        EXPECT_EQ(errors(text), std::vector<std::string>{});
        EXPECT_EQ(read_text(text).config, config);
    }
}

TEST(Write, EveryKeysExampleSurvives) {
    std::string global;
    std::string block;
    std::string server;
    std::string sysctl;
    for (const auto& key : keys()) {
        auto& into = key.section == Section::global           ? global
                     : key.section == Section::virtual_server ? block
                     : key.section == Section::sysctl         ? sysctl
                                                              : server;
        into += std::string(key.name) + " = " + std::string(key.example) + "\n";
    }
    auto lookups = known_names();
    lookups.service = [](std::string_view, net::Protocol) { return net::Port{443}; };
    const auto text =
        global + "sysctl {\n" + sysctl + "}\nvirtual v {\n" + block + "server s {\n" + server + "}\n}\n";
    const auto reading = read(text, lookups);
    EXPECT_TRUE(reading.ok()) << format(reading.diagnostics, "examples", text);
    EXPECT_EQ(read_text(write(reading.config)).config, reading.config);
}

TEST(Write, LeavesOutWhatIsTheDefault) {
    EXPECT_EQ(write(Config{}), "\n");
    EXPECT_EQ(write(read_text("keepalive = 2\ndeadtime = 1500ms\nvirtual a {\nport = 81\nserver s {\nport = "
                              "81\n}\nserver \"t u\" {\nweight = 2\n}\n}\n")
                        .config),
              "deadtime = 1500ms\n\nvirtual a {\n    port = 81\n\n    server s {\n    }\n\n    server \"t "
              "u\" {\n        weight = 2\n    }\n}\n");
}

TEST(Write, KernelSettingsAreABlockWithoutAName) {
    EXPECT_EQ(write(read_text("sysctl {\nnet.ipv4.vs.conntrack = 1\n}\n").config),
              "\nsysctl {\n    net.ipv4.vs.conntrack = 1\n}\n");
}

TEST(Write, TextsComeBackHoweverTheyAreMade) {
    for (const std::string text :
         {"",  "a",  "a b", "#a", "# a", "a # b", "\"",  "'",         "a\"b c",    "it's",
          "=", "==", "{",   "}",  "\\",  "a\\ b", "\ta", "\"a\" 'b'", "a \"b\" c", "\xff\x01"}) {
        SCOPED_TRACE(text);
        Config config;
        config.active_cmd = text;
        EXPECT_EQ(read_text(write(config)).config.active_cmd, text);
        config.virtual_servers = {VirtualServer{.name = text}};
        EXPECT_EQ(read_text(write(config)).config.virtual_servers.at(0).name, text);
    }
}

}  // namespace
}  // namespace pulse::config::testing
