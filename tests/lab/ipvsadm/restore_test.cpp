// Files for `ipvsadm -R` given to the packaged program and to ours, and our ipvsadm-save and ipvsadm-restore.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "programs.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using testing::HasSubstr;

struct Case {
    std::string text;
    bool same_status = true;  ///< the original's is that of the last line, whatever failed before
};

class Restores : public testing::Test {
  protected:
    /// What a restore did, from a table of one service.
    struct Effect {
        Ran ran;
        KernelState state;
    };
    Effect effect_of(Program program, const std::string& text, const Words& words = {"-R"}) {
        kernel_.reset(start_);
        auto ran = lab::run(program, words, text);
        return {.ran = std::move(ran), .state = kernel_.state()};
    }

    /// One of the programs beside ours, through the shell.
    static Output shell(const std::string& command) {
        return lab::run("PATH=" + path_of(Program::ours).substr(0, path_of(Program::ours).rfind('/')) +
                        ":$PATH; " + command);
    }

    Kernel kernel_;
    const ipvs::Table start_ =
        table_of("-A -t 10.0.0.5:80 -s rr\n-a -t 10.0.0.5:80 -r 10.0.1.5:80 -m -w 4\n");
};

TEST_F(Restores, FilesAreDoneAlike) {
    const Case cases[] = {
        {""},
        {"\n\n  \n"},
        {"-A -t 10.0.0.1:80\n-A -t 10.0.0.2:80 -s rr\n"},
        {"-A -t 10.0.0.1:80"},
        {"ipvsadm -A -t 10.0.0.1:80\n \t \n\n-A ipvsadm -t 10.0.0.2:80"},
        {"/sbin/ipvsadm -A -t 10.0.0.1:80\n"},
        {"-A -t 10.0.0.1:80\n-A -t 10.0.0.1:80\n-A -t 10.0.0.2:80\n", false},
        {"-A -t 10.0.0.1:80\n-D -t 10.0.0.9:80\n"},
        {"ipvsadm\n-A -t 10.0.0.1:80\n"},
        {"-A -t 10.0.0.1:80\n-A -t 10.0.0.1:x\n-A -t 10.0.0.2:80\n"},
        {"-A -t 10.0.0.1:80\n-A -t 10.0.0.3:1 --bogus\n-A -t 10.0.0.2:80\n", false},
        {"-A -t 10.0.0.1:80\n-A -t 10.0.0.3:1 --bogus\n"},
        {"-A -t 10.0.0.1:80\n-n\n-A -t 10.0.0.2:80\n"},
        {"-A -t 10.0.0.1:80\nfoo\n-A -t 10.0.0.2:80\n"},
        {"-A -t 10.0.0.1:80\n-R\n-A -t 10.0.0.2:80\n"},
        {"-A -t 10.0.0.1:80 x\n-A -t 10.0.0.2:80"},
        {"-A -t 10.0.0.1:80 -s \"rr\"\n"},
        {"-A -t 10.0.0.1:80\r\n-A -t 10.0.0.2:80 -s rr\r\n"},
        {"-C\n-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.1.1 -m\n-e -t 10.0.0.1:80 -r 10.0.1.1 -m -w 7\n"
         "-d -t 10.0.0.1:80 -r 10.0.1.1\n-E -t 10.0.0.1:80 -s rr\n-D -t 10.0.0.5:80\n"},
        {"-A -t 10.0.0.1:80\n-S -n\n-Z\n-L -n\n-A -t 10.0.0.2:80"},
        {"-L -n -t 10.0.0.9:80\n-A -t 10.0.0.2:80\n"},
        {"--set 1 2 3\n-L --timeout\n--start-daemon master --mcast-interface lo\n-L --daemon\n"},
        {"-a -t 10.0.0.5:80 -r 10.0.1.6 -m\n-a -t 10.0.0.5:80 -r 224.0.0.1 -m\n-a -t 10.0.0.5:80 -r 10.0.1.7 "
         "-m\n",
         false},
    };
    for (const auto& each : cases) {
        const auto theirs = effect_of(Program::packaged, each.text);
        const auto ours = effect_of(Program::ours, each.text);
        EXPECT_EQ(ours.state, theirs.state) << each.text;
        EXPECT_EQ(ours.ran.output, theirs.ran.output) << each.text;
        EXPECT_EQ(ours.ran.status, each.same_status ? theirs.ran.status : 255) << each.text;
        EXPECT_TRUE(each.same_status || theirs.ran.status == 0) << each.text;
    }
}

TEST_F(Restores, AFailureNamesItsLineAfterTheSentenceScriptsKnow) {
    const auto ran =
        effect_of(Program::ours, "-A -t 10.0.0.1:80\n\n-A -t 10.0.0.5:80 -s rr\n-A -t 10.0.0.2:80\n").ran;
    EXPECT_EQ(ran.errors, "Service already exists\n  line 3: -A -t 10.0.0.5:80 -s rr\n");
    EXPECT_EQ(ran.status, 255);
}

TEST_F(Restores, CommentsAreNoCommands) {
    const auto effect = effect_of(Program::ours, "# web\n-A -t 10.0.0.1:80 # the first\n");
    EXPECT_EQ(effect.ran.status, 0) << effect.ran.errors;
    EXPECT_EQ(effect.state.table.size(), 2U);
}

TEST_F(Restores, AtomicDoesAllOrNothing) {
    const std::string good = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.1.1 -m\n";
    const auto done = effect_of(Program::ours, good, {"-R", "--atomic"});
    EXPECT_EQ(done.ran.status, 0) << done.ran.errors;
    EXPECT_EQ(done.state.table.size(), 2U);
    for (const auto* bad : {"-A -t 10.0.0.5:80\n", "-A -t 10.0.0.9:x\n", "-a -t 10.0.0.9:80 -r 10.0.1.1\n",
                            "-A -t 10.0.0.9:80 -s nosuch\n", "-a -t 10.0.0.5:80 -r 224.0.0.1 -m\n"}) {
        const auto refused = effect_of(Program::ours, good + bad, {"-R", "--atomic"});
        EXPECT_NE(refused.ran.status, 0) << bad;
        EXPECT_NE(refused.ran.errors, "") << bad;
        EXPECT_EQ(refused.state.table, start_) << bad;
    }
}

TEST_F(Restores, RestoreMakesTheTableWhatTheFileSaysAndTouchesNothingElse) {
    kernel_.reset(start_);
    ASSERT_EQ(shell("ipvsadm -A -t 10.0.0.6:80; ipvsadm-save -n >/tmp/saved").status, 0);
    const auto before = kernel_.state().table;
    ASSERT_EQ(
        shell("ipvsadm -D -t 10.0.0.6:80; ipvsadm -A -f 7; ipvsadm -e -t 10.0.0.5:80 -r 10.0.1.5 -m -w 9")
            .status,
        0);
    // Were the kept service removed in between, its counters would start anew.
    const auto connections = [] {
        return shell("ipvsadm -L -n --stats -t 10.0.0.5:80 | tail -n +3").text.substr(0, 43);
    };
    (void)shell(
        "ip addr add 10.0.0.5/32 dev lo; timeout 30 bash -c 'cat </dev/tcp/10.0.0.5/80' >/dev/null 2>&1 &");
    const std::string counted = "TCP  10.0.0.5:80                         1 ";
    ASSERT_TRUE(lab::within(std::chrono::seconds(20), [&] { return connections() == counted; }))
        << connections();
    const auto restored = shell("ipvsadm-restore </tmp/saved");
    EXPECT_EQ(restored.status, 0) << restored.text;
    EXPECT_EQ(kernel_.state().table, before);
    EXPECT_EQ(connections(), counted);
    (void)shell("ip addr del 10.0.0.5/32 dev lo");
}

TEST_F(Restores, RestoreLeavesOutWhatCannotBeDone) {
    kernel_.reset(start_);
    const auto restored =
        shell("printf '%s\\n' '-A -f 7' '-A -f 7 -s rr' '-a -f 9 -r 10.0.1.1' '-A -f 8' | ipvsadm-restore");
    EXPECT_EQ(restored.status, 255);
    EXPECT_THAT(restored.text, HasSubstr("Service already exists\n  line 2: -A -f 7 -s rr\n"));
    EXPECT_THAT(restored.text, HasSubstr("Service not defined\n  line 3: -a -f 9 -r 10.0.1.1\n"));
    EXPECT_EQ(kernel_.state().table, table_of("-A -f 7\n-A -f 8\n"));
    EXPECT_EQ(shell("ipvsadm-restore --atomic </dev/null").status, 0);
    EXPECT_TRUE(kernel_.state().table.empty());
    EXPECT_EQ(shell("ipvsadm-restore -x </dev/null").status, 1);
    EXPECT_EQ(shell("ipvsadm-save -x").status, 1);
}

/// A scheduler that hashes is big in the kernel; seventeen thousand lines are many batches.
TEST_F(Restores, LongFilesAreDoneWhole) {
    std::string text;
    for (int service = 1; service <= 250; ++service) {
        const auto address = "10.5.0." + std::to_string(service) + ":80";
        text += "-A -t " + address + " -s rr\n";
        for (int server = 1; server <= 20; ++server)
            text += "-a -t " + address + " -r 10.6.0." + std::to_string(server) + ":80 -m -w 1\n";
    }
    kernel_.reset({});
    EXPECT_EQ(lab::run(Program::ours, {"-R"}, text).status, 0);
    EXPECT_EQ(kernel_.state().table, table_of(text));
}

}  // namespace
}  // namespace pulse::lab
