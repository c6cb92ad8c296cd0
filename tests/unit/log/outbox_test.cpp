#include "outbox.h"

#include <future>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::log {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A syslog daemon that reads nothing until it is told to.
struct StalledReader {
    std::promise<void> reached;
    std::once_flag first;
    std::promise<void> go_on;
    std::shared_future<void> goes_on{go_on.get_future()};
    std::mutex mutex;
    std::vector<std::string> read;

    static Outbox::Write write_to(const std::shared_ptr<StalledReader>& reader) {
        return [reader](Level, const std::string& text) {
            std::call_once(reader->first, [&] { reader->reached.set_value(); });
            reader->goes_on.wait();
            const std::lock_guard lock(reader->mutex);
            reader->read.push_back(text);
        };
    }
};

TEST(Outbox, LinesComeOutInOrder) {
    const auto reader = std::make_shared<StalledReader>();
    reader->go_on.set_value();
    Outbox outbox(StalledReader::write_to(reader), 100);
    for (const auto* line : {"a", "b", "c"}) outbox.put(Level::info, line);
    EXPECT_TRUE(outbox.drain(1h));
    EXPECT_THAT(reader->read, ElementsAre("a", "b", "c"));
}

TEST(Outbox, AReaderThatStandsStillHoldsUpNobodyAndTheOldestLinesAreLostAndCounted) {
    const auto reader = std::make_shared<StalledReader>();
    Outbox outbox(StalledReader::write_to(reader), 2);
    outbox.put(Level::info, "under way");
    reader->reached.get_future().wait();
    // That these calls come back is the point.
    for (const auto* line : {"a", "b", "c", "d", "e"}) outbox.put(Level::info, line);
    EXPECT_FALSE(outbox.drain(1ms)) << "nor does it hold up an exit";
    reader->go_on.set_value();
    EXPECT_TRUE(outbox.drain(1h));
    EXPECT_THAT(reader->read, ElementsAre("under way", HasSubstr("3 lines of the log are lost"), "d", "e"));
}

TEST(Outbox, ItsReaderMayOutliveIt) {
    const auto reader = std::make_shared<StalledReader>();
    {
        Outbox outbox(StalledReader::write_to(reader), 2);
        outbox.put(Level::info, "under way");
        reader->reached.get_future().wait();
    }
    reader->go_on.set_value();
}

}  // namespace
}  // namespace pulse::log
