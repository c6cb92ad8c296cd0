#include "pulse/process/only_one.h"

#include <filesystem>
#include <optional>

#include <sys/stat.h>
#include <sys/wait.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "../scratch_directory.h"

namespace pulse::process {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class OnlyOneTest : public testing::Test {
  protected:
    [[nodiscard]] Result<OnlyOne> claim(const std::string& program = "pulse") const {
        return OnlyOne::claim(program, 0s, directory);
    }

    ScratchDirectory scratch;
    fs::path directory = scratch.path() / "lvs";
};

TEST_F(OnlyOneTest, ASecondIsToldWhoIsTheFirst) {
    std::optional<OnlyOne> first = claim().value();
    const auto second = claim();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message(), "pulse already runs, pid " + std::to_string(::getpid()));
    EXPECT_TRUE(claim("lvsd"));
    first.reset();
    EXPECT_TRUE(claim());
}

TEST_F(OnlyOneTest, ItHoldsOverAForkAndEndsWithTheProcess) {
    int released[2]{};
    ASSERT_EQ(::pipe(released), 0);
    auto first = claim();
    ASSERT_TRUE(first);
    const auto daemon = ::fork();
    if (daemon == 0) {
        ::close(released[1]);
        first->sign();
        char byte = 0;
        (void)!::read(released[0], &byte, 1);
        ::_exit(0);
    }
    ::close(released[0]);
    first = tl::unexpected(Error{});  // the process that was started by hand goes
    // The daemon signs at its leisure; that the right is its own does not wait for that.
    EXPECT_FALSE(claim());
    ::close(released[1]);
    ::waitpid(daemon, nullptr, 0);
    EXPECT_TRUE(claim());
}

TEST_F(OnlyOneTest, NobodyElseCanOpenTheLockWhateverTheUmaskIs) {
    const auto before = ::umask(0);
    const auto first = claim();
    ::umask(before);
    ASSERT_TRUE(first);
    for (const auto& entry : fs::directory_iterator(directory))
        EXPECT_EQ(fs::status(entry).permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry;
}

}  // namespace
}  // namespace pulse::process
