#include "pulse/runtime/locked_file.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/runtime/file.h"

#include "../scratch_directory.h"
#include "traced_child.h"

namespace pulse::runtime {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view old_text = "primary = 10.0.0.1\n";
constexpr std::string_view new_text = "primary = 10.0.0.2\nservice = lvs\n";
constexpr std::string_view ancient_text = "primary = 10.0.0.3\n";

constexpr auto readable_by_group = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;

/// What became of a save; as a number, what a child exits with.
enum Outcome : int { saved = 0, not_saved = 1, saved_but_not_on_the_disk = 2, not_opened = 3 };

Outcome save(const std::string& path, std::string_view content) {
    auto file = LockedFile::open(path, 0s);
    if (!file) return not_opened;
    const auto replaced = file->replace(content);
    if (replaced) return saved;
    return replaced.error().context.find("power failure") != std::string::npos ? saved_but_not_on_the_disk
                                                                               : not_saved;
}

class LockedFileTest : public testing::Test {
  protected:
    LockedFileTest() { write(path, old_text); }

    static void write(const fs::path& file, std::string_view content) { std::ofstream(file) << content; }

    static std::string read(const fs::path& file) { return read_file(file).value_or("(no such file)"); }

    static struct stat status(const fs::path& file) {
        struct stat status{};
        EXPECT_EQ(::lstat(file.c_str(), &status), 0) << file;
        return status;
    }

    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator(directory)) found.insert(entry.path().filename());
        return found;
    }

    [[nodiscard]] LockedFile opened() const {
        auto file = LockedFile::open(path, 0s);
        if (!file) throw std::runtime_error(file.error().message());
        return std::move(*file);
    }

    /// As after a save long ago, with or without a .bak.
    void start_over(bool with_backup) const {
        for (const auto& entry : fs::directory_iterator(directory)) fs::remove_all(entry.path());
        write(path, old_text);
        if (with_backup) write(backup, ancient_text);
    }

    ScratchDirectory scratch;
    fs::path directory = scratch.path();
    fs::path path = directory / "lvs.cf";
    fs::path backup = directory / "lvs.cf.bak";
};

TEST_F(LockedFileTest, NewContentTakesThePlaceOfTheOldWhichIsKeptBesideIt) {
    auto file = opened();
    EXPECT_EQ(file.content(), old_text);
    ASSERT_TRUE(file.replace(new_text));
    EXPECT_EQ(file.content(), new_text);
    EXPECT_EQ(read(path), new_text);
    EXPECT_EQ(read(backup), old_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}

TEST_F(LockedFileTest, TheBackupIsAlwaysThePreviousVersion) {
    auto file = opened();
    ASSERT_TRUE(file.replace(ancient_text));
    ASSERT_TRUE(file.replace(new_text));
    EXPECT_EQ(read(backup), ancient_text);
    ASSERT_TRUE(file.replace(""));
    EXPECT_EQ(read(path), "");
    EXPECT_EQ(read(backup), new_text);
}

TEST_F(LockedFileTest, ModeAndOwnerAreKept) {
    fs::permissions(path, readable_by_group);
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(path.c_str(), 12345, 54321), 0);
    }
    const auto before = status(path);
    ASSERT_TRUE(opened().replace(new_text));
    for (const auto& file : {path, backup}) {
        const auto after = status(file);
        EXPECT_EQ(after.st_mode, before.st_mode) << file;
        EXPECT_EQ(after.st_uid, before.st_uid) << file;
        EXPECT_EQ(after.st_gid, before.st_gid) << file;
    }
}

/// Runs in a forked child: says on standard error why the file was not replaced.
[[noreturn]] void exit_after_replacing(const fs::path& path, std::string_view content) {
    auto file = LockedFile::open(path, 0s);
    const auto replaced = file ? file->replace(content) : fail(file.error(), "");
    if (!replaced) std::cerr << replaced.error().message() << '\n';
    std::_Exit(replaced ? 0 : 1);
}

TEST_F(LockedFileTest, WhatIsPrivateStaysPrivateInTheBackupToo) {
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    write(backup, ancient_text);
    ASSERT_EQ(status(backup).st_mode & 07777U, 0644U);
    const auto before = ::umask(0);
    const auto replaced = opened().replace(new_text);
    ::umask(before);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(status(path).st_mode & 07777U, 0600U);
    EXPECT_EQ(status(backup).st_mode & 07777U, 0600U);
}

TEST_F(LockedFileTest, AnOwnerThatCannotBeKeptIsAnError) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make a file of another owner";
    fs::permissions(directory, fs::perms::all);
    const auto as_nobody = [&] {
        constexpr uid_t nobody = 65534;
        if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) std::_Exit(2);
        exit_after_replacing(path, new_text);
    };
    EXPECT_EXIT(as_nobody(), testing::ExitedWithCode(1),
                "keeping its owner .user 0, group 0.: Operation not permitted");
    EXPECT_EQ(read(path), old_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf"));
}

/// An access control list as the kernel stores it: version 2, then tag, permissions and id of each entry.
struct AccessList {
    struct Entry {
        std::uint16_t tag;
        std::uint16_t permissions;
        std::uint32_t id;
    };
    std::uint32_t version = 2;
    std::array<Entry, 5> entries{};
};

constexpr std::uint32_t no_id = 0xffffffff;

/// The owner may read and write, user 7 may read, nobody else anything.
constexpr AccessList readable_by_user_7{
    .entries = {{{0x01, 6, no_id}, {0x02, 4, 7}, {0x04, 0, no_id}, {0x10, 4, no_id}, {0x20, 0, no_id}}}};

TEST_F(LockedFileTest, TheAccessControlListIsKept) {
    constexpr auto attribute = "system.posix_acl_access";
    const auto& list = readable_by_user_7;
    if (::setxattr(path.c_str(), attribute, &list, sizeof list, 0) != 0 && errno == ENOTSUP)
        GTEST_SKIP() << "no access control lists on this file system";
    ASSERT_TRUE(opened().replace(new_text));
    EXPECT_EQ(::getxattr(path.c_str(), attribute, nullptr, 0), ssize_t{sizeof list});
    EXPECT_EQ(status(path).st_mode & 0777U, 0640U);
}

TEST_F(LockedFileTest, TheDirectorysAccessControlListIsNotInherited) {
    const auto& list = readable_by_user_7;
    if (::setxattr(directory.c_str(), "system.posix_acl_default", &list, sizeof list, 0) != 0 &&
        errno == ENOTSUP)
        GTEST_SKIP() << "no access control lists on this file system";
    ASSERT_TRUE(opened().replace(new_text));
    EXPECT_EQ(::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0), -1);
    EXPECT_EQ(errno, ENODATA);
}

TEST_F(LockedFileTest, ASymlinkStaysAndItsTargetIsReplaced) {
    const auto link = directory / "elsewhere" / "link.cf";
    fs::create_directory(link.parent_path());
    fs::create_symlink("../lvs.cf", link);
    auto file = LockedFile::open(link, 0s);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->replace(new_text));
    EXPECT_EQ(fs::read_symlink(link), "../lvs.cf");
    EXPECT_EQ(read(path), new_text);
    EXPECT_EQ(read(backup), old_text);
    EXPECT_EQ(std::distance(fs::directory_iterator(link.parent_path()), {}), 1);
}

TEST_F(LockedFileTest, TheSameContentWritesNothing) {
    write(backup, ancient_text);
    const auto before = status(path);
    ASSERT_TRUE(opened().replace(old_text));
    const auto after = status(path);
    EXPECT_EQ(after.st_ino, before.st_ino);
    EXPECT_EQ(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
    EXPECT_EQ(read(backup), ancient_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}

TEST_F(LockedFileTest, WhatIsNotThereOrNoFileCannotBeOpened) {
    const auto missing = LockedFile::open(directory / "other.cf", 0s);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(),
              "cannot open " + (directory / "other.cf").string() + ": No such file or directory");
    const auto no_file = LockedFile::open(directory, 0s);
    ASSERT_FALSE(no_file);
    EXPECT_EQ(no_file.error().message(), directory.string() + " is a directory, not a file");
}

TEST_F(LockedFileTest, OnlyOneAtATimeHoldsIt) {
    std::optional<LockedFile> holder = opened();
    const auto at_once = LockedFile::open(path, 0s);
    ASSERT_FALSE(at_once);
    EXPECT_EQ(at_once.error().message(), "another program is editing " + path.string());
    const auto patient = LockedFile::open(path, 1ms);
    ASSERT_FALSE(patient);
    EXPECT_EQ(patient.error().message(), "another program has been editing " + path.string() + " for 1 ms");
    holder.reset();
    EXPECT_TRUE(LockedFile::open(path, 0s));
}

TEST_F(LockedFileTest, AReplacedFileIsStillHeld) {
    auto holder = opened();
    ASSERT_TRUE(holder.replace(new_text));
    EXPECT_FALSE(LockedFile::open(path, 0s));
    const auto moved = std::move(holder);
    EXPECT_FALSE(LockedFile::open(path, 0s));
}

TEST_F(LockedFileTest, AnEditBehindOurBackIsNotLost) {
    const auto refusal = path.string() + " was changed by another program meanwhile; nothing was written";
    // Also one that leaves the size alone, and also when we have nothing to change ourselves.
    for (const auto edited : {ancient_text, std::string_view("longer than before, by far\n")}) {
        for (const auto wanted : {new_text, old_text}) {
            start_over(false);
            auto file = opened();
            write(path, edited);
            const auto replaced = file.replace(wanted);
            ASSERT_FALSE(replaced);
            EXPECT_EQ(replaced.error().message(), refusal);
            EXPECT_EQ(read(path), edited);
            EXPECT_THAT(names(), ElementsAre("lvs.cf"));
        }
    }
}

TEST_F(LockedFileTest, AFileThatVanishedIsNotBroughtBack) {
    auto file = opened();
    fs::remove(path);
    const auto replaced = file.replace(new_text);
    ASSERT_FALSE(replaced);
    EXPECT_THAT(replaced.error().message(), HasSubstr("No such file or directory"));
    EXPECT_TRUE(names().empty());
}

TEST_F(LockedFileTest, WhereNoFileCanBeCreatedTheOldOneStays) {
    const auto in_the_way = directory / ".lvs.cf.new";
    fs::create_directory(in_the_way);
    const auto replaced = opened().replace(new_text);
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().message(),
              "while saving " + path.string() + ": while creating .lvs.cf.new: File exists");
    EXPECT_EQ(read(path), old_text);
    EXPECT_THAT(names(), ElementsAre(".lvs.cf.new", "lvs.cf"));
}

TEST_F(LockedFileTest, WhereNoBackupCanBeKeptTheOldOneStays) {
    fs::create_directory(backup);
    const auto replaced = opened().replace(new_text);
    ASSERT_FALSE(replaced);
    EXPECT_EQ(
        replaced.error().message(),
        "while saving " + path.string() + ": while keeping the old version as lvs.cf.bak: Is a directory");
    EXPECT_EQ(read(path), old_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}

TEST_F(LockedFileTest, WhatACrashLeftIsNotInTheWay) {
    write(directory / ".lvs.cf.new", "half a li");
    write(directory / ".lvs.cf.old", old_text);
    ASSERT_TRUE(opened().replace(new_text));
    EXPECT_EQ(read(path), new_text);
    EXPECT_EQ(read(backup), old_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}

TEST_F(LockedFileTest, AWriteThatStopsHalfwayLeavesTheOldVersion) {
    write(backup, ancient_text);
    const auto with_little_space = [&] {
        constexpr rlim_t bytes = 4096;
        const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
        (void)::signal(SIGXFSZ, SIG_IGN);
        (void)::setrlimit(RLIMIT_FSIZE, &limit);
        exit_after_replacing(path, std::string(10'000, '#'));
    };
    EXPECT_EXIT(with_little_space(), testing::ExitedWithCode(1),
                "while saving .*lvs.cf: while writing .lvs.cf.new: File too large");
    EXPECT_EQ(read(path), old_text);
    EXPECT_EQ(read(backup), ancient_text);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}

TEST_F(LockedFileTest, ACrashAtAnyPointLeavesOneVersionInFull) {
    for (const bool with_backup : {false, true}) {
        int crashes = 0;
        int crashes_before_the_save = 0;
        for (bool ended = false; !ended; ++crashes) {
            SCOPED_TRACE("killed at stop " + std::to_string(crashes) + (with_backup ? " with" : " without") +
                         " a .bak");
            start_over(with_backup);
            {
                TracedChild child([&] { return save(path, new_text); });
                for (int stop = 0; stop <= crashes && !ended; ++stop) ended = !child.advance();
                if (ended) {
                    EXPECT_EQ(child.finish(), saved);
                }
            }
            const auto left = read(path);
            EXPECT_TRUE(left == old_text || left == new_text) << left;
            if (left == old_text) ++crashes_before_the_save;
            const auto kept = fs::exists(backup) ? std::optional(read(backup)) : std::nullopt;
            if (left == new_text || kept == old_text)
                EXPECT_EQ(kept, old_text);
            else
                EXPECT_EQ(kept, with_backup ? std::optional<std::string>(ancient_text) : std::nullopt);

            EXPECT_EQ(save(path, "later\n"), saved);
            EXPECT_EQ(read(path), "later\n");
            EXPECT_EQ(read(backup), left);
            EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
            if (HasFailure()) return;
        }
        // Or the tracing did not see what it is meant to see.
        EXPECT_GT(crashes_before_the_save, 20);
        EXPECT_GT(crashes, crashes_before_the_save + 4);
    }
}

#ifdef __x86_64__  // see TracedChild::refuse
TEST_F(LockedFileTest, AFailureAtAnyPointLeavesTheOldVersionAndNothingElse) {
    // Removing is not among them: who cannot remove has to leave something behind.
    const std::set<long> refusable{SYS_openat,   SYS_fstat,      SYS_newfstatat, SYS_flock,  SYS_fchown,
                                   SYS_fchmod,   SYS_fgetxattr,  SYS_fsetxattr,  SYS_read,   SYS_write,
                                   SYS_fsync,    SYS_linkat,     SYS_renameat,   SYS_close,  SYS_fremovexattr,
                                   SYS_readlink, SYS_readlinkat, SYS_lstat,      SYS_statfs, SYS_getcwd};
    std::map<std::pair<long, int>, int> outcomes;
    for (int refused = 0;; ++refused) {
        SCOPED_TRACE("refused call " + std::to_string(refused));
        start_over(true);
        TracedChild child([&] { return save(path, new_text); });
        const auto call = child.advance_to(refusable, refused);
        if (!call) break;
        child.refuse(ENOSPC);
        const auto outcome = child.finish();
        ++outcomes[{*call, outcome}];
        const bool replaced = outcome == saved || outcome == saved_but_not_on_the_disk;
        EXPECT_EQ(read(path), replaced ? new_text : old_text) << outcome;
        EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
        const auto kept = read(backup);
        EXPECT_TRUE(kept == old_text || (kept == ancient_text && !replaced)) << kept;
        if (HasFailure()) return;
    }
    const auto times = [&](long call, Outcome outcome) { return outcomes[{call, outcome}]; };
    EXPECT_EQ(times(SYS_write, not_saved), 1);
    EXPECT_EQ(times(SYS_close, not_saved), 1) << "of the new version";
    EXPECT_EQ(times(SYS_fsync, not_saved), 2) << "of the new version and of the old one";
    EXPECT_EQ(times(SYS_fsync, saved_but_not_on_the_disk), 1) << "of the directory";
    EXPECT_EQ(times(SYS_fchmod, not_saved), 1);
    EXPECT_EQ(times(SYS_renameat, not_saved), 2) << "of the old version and of the new one";
    EXPECT_EQ(times(SYS_linkat, saved), 1) << "it is copied instead";
    EXPECT_EQ(times(SYS_flock, not_opened), 1);
}

TEST_F(LockedFileTest, WhereThereAreNoHardLinksTheBackupIsACopy) {
    fs::permissions(path, readable_by_group);
    const auto before = status(path);
    TracedChild child([&] { return save(path, new_text); });
    ASSERT_TRUE(child.advance_to({SYS_linkat}, 0));
    child.refuse(EPERM);
    EXPECT_EQ(child.finish(), saved);
    EXPECT_EQ(read(path), new_text);
    EXPECT_EQ(read(backup), old_text);
    EXPECT_NE(status(backup).st_ino, before.st_ino);
    EXPECT_EQ(status(backup).st_mode, before.st_mode);
    EXPECT_THAT(names(), ElementsAre("lvs.cf", "lvs.cf.bak"));
}
#endif

TEST_F(LockedFileTest, NoUpdateIsLostBetweenTwoProcesses) {
    write(path, "0");
    constexpr int times = 50;
    const auto count = [&] {
        for (int round = 0; round < times; ++round) {
            auto file = LockedFile::open(path, 1min);
            const auto number = file ? parse_decimal<int>(file->content()) : std::nullopt;
            if (!number || !file->replace(std::to_string(*number + 1))) return 1;
        }
        return 0;
    };
    std::array<pid_t, 2> children{};
    for (auto& child : children) {
        child = ::fork();
        if (child == 0) std::_Exit(count());
    }
    for (const auto child : children) {
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(read(path), std::to_string(2 * times));
}

}  // namespace
}  // namespace pulse::runtime
