#include "pulse/runtime/state_store.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>

#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/runtime/file.h"

#include "../scratch_directory.h"

namespace pulse::runtime {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// "" for success.
std::string said(const Result<void>& done) { return done ? "" : done.error().message(); }

/// Writes as a daemon does, on a loop.
Result<void> write(StateStore& store, const std::string& name, const std::string& content) {
    asio::io_context loop(1);
    auto done = asio::co_spawn(loop, store.write(name, content), asio::use_future);
    loop.run();
    return done.get();
}

class StateStoreTest : public testing::Test {
  protected:
    static unsigned mode(const fs::path& path) {
        struct stat status{};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777U;
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(directory)) found.push_back(entry.path().filename());
        std::ranges::sort(found);
        return found;
    }

    ScratchDirectory scratch;
    fs::path top = scratch.path();
    fs::path directory = top / "lib" / "lvs";  ///< not there at first
};

TEST_F(StateStoreTest, WhatWasWrittenIsRead) {
    StateStore store(directory);
    EXPECT_EQ(said(write(store, "drained", "web\talpha\n")), "");
    EXPECT_EQ(store.read("drained").value(), "web\talpha\n");
    EXPECT_EQ(said(write(store, "drained", "")), "");
    EXPECT_EQ(store.read("drained").value(), "");
    EXPECT_EQ(said(store.write_now("drained", "web\tbeta\n")), "");
    EXPECT_EQ(store.read("drained").value(), "web\tbeta\n");
    EXPECT_THAT(names(), ElementsAre("drained"));
}

TEST_F(StateStoreTest, NoFileAndNoDirectoryAreNoError) {
    const StateStore store(directory);
    EXPECT_EQ(store.read("drained").value(), std::nullopt);
}

TEST_F(StateStoreTest, OnlyItsOwnerMayReadWhateverTheUmaskIs) {
    for (const mode_t mask : {0U, 0022U, 0777U}) {
        SCOPED_TRACE(mask);
        fs::remove_all(directory);
        StateStore store(directory);
        const auto before = ::umask(mask);
        const auto done = write(store, "lvs.cf", "primary = 10.0.0.1\n");
        ::umask(before);
        EXPECT_EQ(said(done), "");
        EXPECT_EQ(mode(directory), 0700U);
        EXPECT_EQ(mode(directory / "lvs.cf"), 0600U);
    }
}

TEST_F(StateStoreTest, AFileThatOthersCouldReadIsReplacedByOneTheyCannot) {
    fs::create_directories(directory);
    std::ofstream(directory / "lvs.cf") << "old\n";
    fs::permissions(directory / "lvs.cf", fs::perms::all);
    StateStore store(directory);
    EXPECT_EQ(said(write(store, "lvs.cf", "new\n")), "");
    EXPECT_EQ(mode(directory / "lvs.cf"), 0600U);
}

TEST_F(StateStoreTest, AFullDiskLeavesTheOldContentAndNothingElse) {
    StateStore store(directory);
    ASSERT_EQ(said(write(store, "drained", "old\n")), "");
    const auto with_little_space = [&] {
        constexpr rlim_t bytes = 4096;
        const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
        (void)::signal(SIGXFSZ, SIG_IGN);
        (void)::setrlimit(RLIMIT_FSIZE, &limit);
        std::cerr << said(write(store, "drained", std::string(10'000, '#')));
        ::_exit(7);
    };
    EXPECT_EXIT(with_little_space(), testing::ExitedWithCode(7), "cannot write .*/drained: File too large");
    EXPECT_EQ(store.read("drained").value(), "old\n");
    EXPECT_THAT(names(), ElementsAre("drained"));
}

TEST_F(StateStoreTest, ADirectoryThatCannotBeMadeIsAnError) {
    std::ofstream(top / "lib") << "a file\n";
    StateStore store(directory);
    EXPECT_EQ(said(write(store, "drained", "")), "cannot make " + directory.string() + ": Not a directory");
}

TEST_F(StateStoreTest, WhateverIsInAFilesPlaceNobodyWaitsAndNothingIsWrittenThroughALink) {
    fs::create_directories(directory);
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
    std::ofstream(top / "elsewhere") << "theirs\n";
    fs::create_symlink(top / "elsewhere", directory / "link");
    fs::create_directory(directory / "directory");
    StateStore store(directory);

    EXPECT_EQ(store.read("fifo").error().message(), (directory / "fifo").string() + " is a FIFO, not a file");
    EXPECT_EQ(store.read("directory").error().message(),
              (directory / "directory").string() + " is a directory, not a file");
    EXPECT_EQ(said(write(store, "fifo", "new\n")), "");
    EXPECT_EQ(store.read("fifo").value(), "new\n");
    EXPECT_EQ(said(write(store, "link", "new\n")), "");
    EXPECT_EQ(read_file(top / "elsewhere").value(), "theirs\n");
    EXPECT_EQ(said(write(store, "directory", "new\n")),
              "cannot replace " + (directory / "directory").string() + ": Is a directory");
    EXPECT_THAT(names(), ElementsAre("directory", "fifo", "link"));
}

TEST_F(StateStoreTest, WhatACrashLeftIsNotInTheWay) {
    fs::create_directories(directory);
    std::ofstream(directory / ".drained.new") << "half a li";
    StateStore store(directory);
    EXPECT_EQ(said(write(store, "drained", "web\talpha\n")), "");
    EXPECT_THAT(names(), ElementsAre("drained"));
}

/// A disk that stands still until it is told to go on.
struct StalledDisk {
    std::promise<void> begun;
    std::once_flag first;
    std::promise<void> go_on;
    std::shared_future<void> goes_on{go_on.get_future()};
    std::mutex mutex;
    std::vector<std::string> taken;
};

StateStore store_on(const std::shared_ptr<StalledDisk>& disk, Duration patience) {
    return {"/state", patience, [disk](const auto&, const auto& name, const auto& content) {
                std::call_once(disk->first, [&] { disk->begun.set_value(); });
                disk->goes_on.wait();
                const std::lock_guard lock(disk->mutex);
                disk->taken.push_back(name + "=" + content);
                return Result<void>();
            }};
}

TEST_F(StateStoreTest, AStalledDiskHoldsUpNeitherTheLoopNorTheWriterForLong) {
    const auto disk = std::make_shared<StalledDisk>();
    auto store = store_on(disk, 1ms);
    // That this comes back at all shows that the loop does not wait for the disk.
    EXPECT_EQ(said(write(store, "drained", "a")), "the disk has not taken /state/drained within 1 ms");
    EXPECT_EQ(said(store.write_now("drained", "a")), "the disk has not taken /state/drained within 1 ms");
    disk->go_on.set_value();
}

TEST_F(StateStoreTest, WritesKeepTheirOrderAndOfThoseThatWaitTheLastOfANameWins) {
    const auto disk = std::make_shared<StalledDisk>();
    auto store = store_on(disk, 1h);
    asio::io_context loop(1);
    std::vector<std::future<Result<void>>> done;
    const auto begin_to_write = [&](const std::string& name, const std::string& content) {
        done.push_back(asio::co_spawn(loop, store.write(name, content), asio::use_future));
        loop.poll();
    };
    begin_to_write("drained", "1");
    disk->begun.get_future().wait();
    for (const auto* content : {"2", "3"})
        for (const auto* name : {"owned", "drained"}) begin_to_write(name, content);
    disk->go_on.set_value();
    loop.run();
    for (auto& each : done) EXPECT_EQ(said(each.get()), "");
    EXPECT_THAT(disk->taken, ElementsAre("drained=1", "owned=3", "drained=3"));
}

TEST_F(StateStoreTest, ALoopThatEndsWhileTheDiskStandsStillIsNotMissed) {
    const auto disk = std::make_shared<StalledDisk>();
    auto store = store_on(disk, 1h);
    {
        asio::io_context loop(1);
        asio::co_spawn(loop, store.write("drained", "1"), [](std::exception_ptr, Result<void>) {});
        loop.poll();
    }
    disk->go_on.set_value();
    EXPECT_EQ(said(write(store, "drained", "2")), "") << "the thread has lived on";
}

}  // namespace
}  // namespace pulse::runtime
