// The program itself, on files of its own.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <sys/wait.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace pulse::pulsectl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string corpus = PULSE_TEST_DATA "/lvs.cf/";

struct Output {
    int status = -1;
    std::string text;  ///< standard output, then what was said on standard error
};

std::string content(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

class Pulsectl : public testing::Test {
  protected:
    Pulsectl() {
        std::string pattern = std::filesystem::temp_directory_path() / "pulsectl.XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
        file_ = directory_ / "lvs.cf";
    }
    ~Pulsectl() override { std::filesystem::remove_all(directory_); }
    Pulsectl(const Pulsectl&) = delete;
    Pulsectl& operator=(const Pulsectl&) = delete;
    Pulsectl(Pulsectl&&) = delete;
    Pulsectl& operator=(Pulsectl&&) = delete;

    void write(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }
    void copy(const std::string& name) {
        std::filesystem::copy_file(corpus + name, file_, std::filesystem::copy_options::overwrite_existing);
    }
    [[nodiscard]] std::string text() const { return content(file_); }
    [[nodiscard]] std::filesystem::path backup() const { return directory_ / "lvs.cf.bak"; }

    /// Runs a program in the directory of the file.
    [[nodiscard]] Output run(const std::string& command) const {
        const auto said = directory_ / "stderr";
        const auto line =
            "cd " + directory_.string() + " && " PULSE_PROGRAMS "/" + command + " 2>" + said.string();
        Output output;
        auto* pipe = ::popen(line.c_str(), "r");
        if (!pipe) return output;
        std::array<char, 4096> buffer{};
        while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe))
            output.text.append(buffer.data(), got);
        const int status = ::pclose(pipe);
        output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        output.text += content(said);
        std::filesystem::remove(said);
        return output;
    }
    [[nodiscard]] Output pulsectl(const std::string& arguments) const { return run("pulsectl " + arguments); }

    std::filesystem::path directory_;
    std::filesystem::path file_;
};

TEST_F(Pulsectl, CheckOfASoundFileCountsWhatIsInIt) {
    copy("dr-web-sip-udp-fwmark.cf");
    const auto said = pulsectl("check lvs.cf --strict");
    EXPECT_EQ(said.status, 0) << said.text;
    EXPECT_THAT(said.text, EndsWith("lvs.cf: no mistakes; 2 virtual servers, 2 active, 6 real servers\n"));
}

TEST_F(Pulsectl, WarningsCountOnlyWhenStrict) {
    write("keepalive=1\ndeadtime = 3\n");
    EXPECT_EQ(pulsectl("check lvs.cf").status, 0);
    const auto strict = pulsectl("check --strict --file lvs.cf");
    EXPECT_EQ(strict.status, 1);
    EXPECT_THAT(strict.text,
                HasSubstr("lvs.cf:1:10: warning: no blanks around the equal sign\n  keepalive=1\n"));
    EXPECT_THAT(strict.text, HasSubstr("lvs.cf: 0 errors, "));
}

TEST_F(Pulsectl, ErrorsAreAllReported) {
    write("keepalive = x\nprimery = 10.0.0.1\n");
    const auto said = pulsectl("check lvs.cf");
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.text, HasSubstr("lvs.cf:1:13: error: integer expected: \"x\""));
    EXPECT_THAT(said.text, HasSubstr("lvs.cf:2:1: error: unknown command: \"primery\""));
    EXPECT_THAT(said.text, HasSubstr("did you mean \"primary\"?"));
    EXPECT_THAT(said.text, HasSubstr("lvs.cf: 2 errors, "));
}

TEST_F(Pulsectl, FileThatIsNotThereIsAnError) {
    const auto said = pulsectl("check nosuch.cf");
    EXPECT_EQ(said.status, 2);
    EXPECT_EQ(said.text, "configuration: cannot open nosuch.cf: No such file or directory\n");
    EXPECT_EQ(nlohmann::json::parse(pulsectl("check nosuch.cf --json").text)["verdict"], "unreadable");
}

TEST_F(Pulsectl, JsonSaysTheSame) {
    write("keepalive = x\ndeadtime=3\n# \xff\nsend = \"\xff\"\n");
    const auto said = nlohmann::json::parse(pulsectl("check lvs.cf --json").text);
    EXPECT_EQ(said["verdict"], "errors");
    EXPECT_EQ(said["errors"], 2);
    const auto& first = said["diagnostics"][0];
    EXPECT_EQ(first["severity"], "error");
    EXPECT_EQ(first["line"], 1);
    EXPECT_EQ(first["column"], 13);
    EXPECT_EQ(first["text"], "integer expected: \"x\"");
}

TEST_F(Pulsectl, DaemonsGiveTheSameVerdict) {
    copy("dr-no-backup-port-mismatch-ragged-indent.cf");
    const auto wanted = pulsectl("check " + file_.string() + " --strict");
    EXPECT_EQ(wanted.status, 1);
    for (const auto* daemon : {"pulse", "lvsd"}) {
        const auto said = run(std::string(daemon) + " --check --strict -c lvs.cf");
        EXPECT_EQ(said.status, wanted.status) << daemon;
        EXPECT_EQ(said.text, wanted.text) << daemon;
    }
}

TEST_F(Pulsectl, ForeignBlocksAreOneMistake) {
    for (const auto* name : {"hybrid-nat-keepalived-global-defs.cf", "hybrid-nat-static-addresses.cf"}) {
        copy(name);
        const auto said = nlohmann::json::parse(pulsectl("check lvs.cf --json").text);
        EXPECT_EQ(said["errors"], 1) << name;
    }
}

TEST_F(Pulsectl, SettingAKeyChangesOneLineOfAHundredCommentedOnes) {
    copy("nat-distribution-sample-tabs-comments-fos.cf");
    const auto before = text();
    const auto said = pulsectl("set -f lvs.cf virtual.server1.scheduler rr");
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.text, "lvs.cf:126: - \tscheduler = wlc\nlvs.cf:126: + \tscheduler = rr\n");
    EXPECT_EQ(content(backup()), before);
    EXPECT_EQ(lines(text()), lines(before));
    EXPECT_EQ(text().size(), before.size() - 1);
}

TEST_F(Pulsectl, EditThatWouldBeAMistakeIsRefused) {
    copy("nat-distribution-sample-tabs-comments-fos.cf");
    const auto before = text();
    const auto said = pulsectl("set -f lvs.cf virtual.server1.scheduler=rrr keepalive=3");
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.text, HasSubstr("lvs.cf:126:14: error: invalid argument: \"rrr\""));
    EXPECT_THAT(said.text, HasSubstr("lvs.cf is not changed\n"));
    EXPECT_EQ(text(), before);
    EXPECT_FALSE(std::filesystem::exists(backup()));
}

TEST_F(Pulsectl, MistakeThatWasThereBeforeDoesNotStandInTheWay) {
    write("keepalive = x\nnosuch = 1\n");
    EXPECT_EQ(pulsectl("set -f lvs.cf keepalive 3").status, 0);
    EXPECT_EQ(text(), "keepalive = 3\nnosuch = 1\n");
}

TEST_F(Pulsectl, DryRunShowsAndChangesNothing) {
    write("keepalive = 2\n");
    EXPECT_EQ(pulsectl("set -n -f lvs.cf keepalive=500ms").text,
              "lvs.cf:1: - keepalive = 2\nlvs.cf:1: + keepalive = 500ms\n");
    EXPECT_EQ(text(), "keepalive = 2\n");
    EXPECT_EQ(pulsectl("set -q -f lvs.cf keepalive = 3").text, "");
    EXPECT_EQ(text(), "keepalive = 3\n");
}

TEST_F(Pulsectl, BuildsAFileStepByStep) {
    write("primary = 10.0.0.1\n");
    const std::vector<std::string> steps = {
        "set -f lvs.cf network nat",
        "add -f lvs.cf virtual.web address='10.0.0.10 eth0:1' active=1 'send=GET / HTTP/1.0\\r\\n\\r\\n'",
        "add -f lvs.cf virtual.web.server.rs1.example.com address=10.0.1.11 active=1",
        "add -f lvs.cf virtual.web.server.rs2.example.com address=10.0.1.12 active=1",
        "set -f lvs.cf 'virtual.*.server.*.weight=3'",
        "move -f lvs.cf virtual.web.server.rs2.example.com 1",
        "unset -f lvs.cf virtual.web.server.rs2.example.com.weight",
        "rename -f lvs.cf virtual.web www",
        "add -f lvs.cf virtual.gone",
        "remove -f lvs.cf virtual.gone",
    };
    for (const auto& step : steps) {
        const auto said = pulsectl(step);
        EXPECT_EQ(said.status, 0) << step << "\n" << said.text;
    }
    EXPECT_EQ(text(),
              "primary = 10.0.0.1\n"
              "network = nat\n"
              "\n"
              "virtual www {\n"
              "    address = 10.0.0.10 eth0:1\n"
              "    active = 1\n"
              "    send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n"
              "    server rs2.example.com {\n"
              "        address = 10.0.1.12\n"
              "        active = 1\n"
              "    }\n"
              "    server rs1.example.com {\n"
              "        address = 10.0.1.11\n"
              "        active = 1\n"
              "        weight = 3\n"
              "    }\n"
              "}\n");
    EXPECT_EQ(pulsectl("check --strict lvs.cf").status, 0);
}

TEST_F(Pulsectl, GetShowsWhatHolds) {
    write("keepalive = 500ms\nvirtual web {\nactive = 1\n}\n");
    EXPECT_EQ(pulsectl("get -f lvs.cf keepalive").text, "500ms\n");
    EXPECT_EQ(pulsectl("get -f lvs.cf virtual.web.scheduler").text, "wlc\n");
    EXPECT_EQ(pulsectl("get -f lvs.cf virtual.web").text, "virtual.web.active = 1\n");
    EXPECT_EQ(pulsectl("get -f lvs.cf").text, "keepalive = 500ms\nvirtual.web.active = 1\n");
    const auto unset = pulsectl("get -f lvs.cf virtual.web.sorry_server");
    EXPECT_EQ(unset.status, 1);
    EXPECT_EQ(unset.text, "pulsectl: virtual.web.sorry_server is not set\n");
    const auto missing = pulsectl("get -f lvs.cf virtual.www");
    EXPECT_EQ(missing.status, 2);
    EXPECT_EQ(missing.text, "pulsectl: there is no virtual \"www\"; there is: web\n");
}

TEST_F(Pulsectl, FormatIsIdempotentAndKeepsTheMeaning) {
    write("keepalive=3 # often\r\nvirtual a{\r\nactive=1\r\n");
    EXPECT_EQ(pulsectl("format --check lvs.cf").status, 1);
    const std::string tidy = "# often\nkeepalive = 3\nvirtual a {\n    active = 1\n}\n";
    EXPECT_EQ(pulsectl("format lvs.cf").text, tidy);
    EXPECT_EQ(pulsectl("format -w lvs.cf").status, 0);
    EXPECT_EQ(text(), tidy);
    EXPECT_EQ(pulsectl("format --check lvs.cf").status, 0);
    write("virtual a {\nsend = \"x\n}\n");
    EXPECT_EQ(pulsectl("format -w lvs.cf").status, 2);
}

TEST_F(Pulsectl, AmbiguousPathIsNotGuessed) {
    write("virtual a {\n}\nvirtual a {\n}\n");
    const auto said = pulsectl("set -f lvs.cf virtual.a.port 81");
    EXPECT_EQ(said.status, 2);
    EXPECT_EQ(said.text,
              "pulsectl: virtual.a.port could be virtual.a[1].port virtual.a[2].port; say which\n");
    EXPECT_EQ(pulsectl("set -f lvs.cf 'virtual.a[2].port' 81").status, 0);
    EXPECT_EQ(text(), "virtual a {\n}\nvirtual a {\n    port = 81\n}\n");
}

TEST_F(Pulsectl, GenkeyMakesAFileForItsOwnerAloneAndNeverOverwritesOne) {
    const auto made = pulsectl("genkey key");
    EXPECT_EQ(made.status, 0) << made.text;
    EXPECT_THAT(made.text, HasSubstr("heartbeat_key_file = key"));
    const auto key = directory_ / "key";
    EXPECT_EQ(std::filesystem::status(key).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto before = content(key);
    EXPECT_EQ(pulsectl("genkey key").status, 2);
    EXPECT_EQ(content(key), before);
    EXPECT_EQ(pulsectl("genkey other").status, 0);
    EXPECT_NE(content(directory_ / "other"), before);
}

TEST_F(Pulsectl, GenkeyRotatesInThreeSteps) {
    ASSERT_EQ(pulsectl("genkey key").status, 0);
    const auto key = directory_ / "key";
    EXPECT_THAT(pulsectl("genkey --rotate key").text, HasSubstr("key 1 signs, key 2 is accepted too"));
    EXPECT_THAT(pulsectl("genkey --rotate key").text, HasSubstr("key 2 signs, key 1 is accepted too"));
    EXPECT_THAT(pulsectl("genkey --rotate key").text, HasSubstr("key 2. Copy the file"));
    EXPECT_EQ(std::filesystem::status(key).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::permissions(key, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_THAT(pulsectl("genkey --rotate key").text, HasSubstr("chmod 600"));
}

TEST_F(Pulsectl, WithoutAPulseItsCommandsSayWhatToDo) {
    for (const auto* command : {"status", "failover", "reload", "clear-hold web/one", "admit web/one"}) {
        const auto said = pulsectl(std::string(command) + " --socket nobody");
        EXPECT_EQ(said.status, 2);
        EXPECT_THAT(said.text, HasSubstr("systemctl start pulse"));
    }
}

TEST_F(Pulsectl, EveryCommandExplainsItself) {
    for (const auto* command :
         {"check", "format", "get", "set", "unset", "add", "remove", "rename", "move", "keys", "status",
          "failover", "genkey", "reload", "admit", "clear-hold", "drain", "undrain"}) {
        const auto said = pulsectl(std::string(command) + " --help");
        EXPECT_EQ(said.status, 0);
        EXPECT_THAT(said.text, StartsWith("Usage: pulsectl " + std::string(command)));
        EXPECT_EQ(pulsectl(std::string(command) + " --nosuch").status, 2);
    }
    EXPECT_EQ(pulsectl("--help").status, 0);
    EXPECT_EQ(pulsectl("nosuch").status, 2);
    EXPECT_EQ(pulsectl("").status, 2);
    EXPECT_THAT(pulsectl("keys scheduler").text, HasSubstr("wrr"));
    EXPECT_EQ(pulsectl("keys nosuch").status, 2);
}

}  // namespace
}  // namespace pulse::pulsectl
