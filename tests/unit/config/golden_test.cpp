// The full text of everything that can be said about a file: tests/data/diagnostics/NAME.cf is the file,
// NAME.txt what an operator sees. PULSE_WRITE_GOLDEN=1 writes the texts anew; read each before it is
// committed.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

using ::testing::HasSubstr;

std::vector<std::filesystem::path> files(const std::string& directory) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(PULSE_TEST_DATA "/" + directory))
        if (entry.path().extension() == ".cf") found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

/// Files called router-… are read on a router.
std::string said_about(const std::filesystem::path& path) {
    const auto text = file(path);
    auto lookups = known_names();
    lookups.device = [](std::string_view name) { return name == "eth0"; };
    if (path.filename().string().starts_with("router-")) lookups = on_a_router();
    return format(read(text, lookups).diagnostics, "lvs.cf", text);
}

TEST(Golden, EveryDiagnosticSaysWhatItSaid) {
    const bool rewrite = std::getenv("PULSE_WRITE_GOLDEN") != nullptr;
    for (const auto& path : files("diagnostics")) {
        SCOPED_TRACE(path);
        const auto said = said_about(path);
        auto golden = path;
        golden.replace_extension(".txt");
        if (rewrite) std::ofstream(golden, std::ios::binary) << said;
        EXPECT_EQ(said, file(golden));
    }
}

TEST(Foreign, FileOfAnotherProgramIsOneMistake) {
    for (const auto& path : files("foreign")) {
        SCOPED_TRACE(path);
        const auto text = file(path);
        EXPECT_EQ(read_text(text).diagnostics.size(), 1U) << complaints(text);
    }
}

TEST(Foreign, ProgramIsCalledByItsNameInTheFirstLine) {
    const auto headline = [](const std::string& name) {
        const auto text = file(PULSE_TEST_DATA "/foreign/" + name + ".cf");
        return errors(text).at(0);
    };
    for (const auto* name :
         {"keepalived", "keepalived-directives", "hybrid-inside-a-virtual", "hybrid-vrrp-after"})
        EXPECT_THAT(headline(name), HasSubstr("this is the configuration of keepalived, not lvs.cf")) << name;
    EXPECT_THAT(headline("ldirectord"), HasSubstr("this is the configuration of ldirectord, not lvs.cf"));
    for (const auto* name : {"haproxy", "letter", "unit"})
        EXPECT_THAT(headline(name), HasSubstr("this does not look like an lvs.cf")) << name;
}

TEST(Foreign, RestOfAHybridIsStillRead) {
    const auto config = read_text(file(PULSE_TEST_DATA "/foreign/hybrid-inside-a-virtual.cf")).config;
    ASSERT_EQ(config.virtual_servers.size(), 1U);
    ASSERT_EQ(config.virtual_servers[0].servers.size(), 1U);
    EXPECT_EQ(config.virtual_servers[0].servers[0].name, "one");
}

}  // namespace
}  // namespace pulse::config::testing
