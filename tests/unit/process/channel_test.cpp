#include "pulse/process/channel.h"

#include <cerrno>

#include <sys/socket.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/base/time.h"
#include "pulse/runtime/async.h"

#include "run_in_a_loop.h"

namespace pulse::process {
namespace {

namespace asio = boost::asio;

class ChannelPair : public testing::Test {
  protected:
    void SetUp() override {
        auto pair = make_channel_pair();
        ASSERT_TRUE(pair);
        here.emplace(io.get_executor(), std::move(pair->first));
        there.emplace(io.get_executor(), std::move(pair->second));
    }

    std::optional<Fields> received() { return awaited(io, here->receive()); }

    asio::io_context io{1};
    std::optional<Channel> here;
    std::optional<Channel> there;
};

TEST_F(ChannelPair, CarriesOneMessagePerDatagramInOrder) {
    const auto first = Fields().add("STATE", "up").add("TEXT", "two\nlines");
    const auto second = Fields().add("STATE", "down");
    ASSERT_TRUE(there->send(first));
    ASSERT_TRUE(there->send(second));
    EXPECT_EQ(received(), first);
    EXPECT_EQ(received(), second);
    ASSERT_TRUE(here->send(second));
    EXPECT_EQ(awaited(io, there->receive()), second);
}

TEST_F(ChannelPair, WhatWasSentBeforeTheEndIsReceivedBeforeTheEnd) {
    const auto last_words = Fields().add("STATE", "down");
    ASSERT_TRUE(there->send(last_words));
    there.reset();
    EXPECT_EQ(received(), last_words);
    EXPECT_EQ(received(), std::nullopt);
    EXPECT_EQ(received(), std::nullopt);
}

TEST_F(ChannelPair, AReceiverAlreadyWaitingSeesTheEnd) {
    std::optional<Fields> message = Fields();
    asio::co_spawn(io, here->receive(),
                   [&](const std::exception_ptr&, auto got) { message = std::move(got); });
    io.poll();
    ASSERT_EQ(message, Fields()) << "nothing has been sent yet";
    there->close();
    io.restart();
    io.run();
    EXPECT_EQ(message, std::nullopt);
}

TEST_F(ChannelPair, ClosingOnesOwnEndEndsTheWait) {
    std::optional<Fields> message = Fields();
    asio::co_spawn(io, here->receive(),
                   [&](const std::exception_ptr&, auto got) { message = std::move(got); });
    io.poll();
    here->close();
    io.restart();
    io.run();
    EXPECT_EQ(message, std::nullopt);
    EXPECT_FALSE(here->send(Fields().add("STATE", "up")));
}

TEST_F(ChannelPair, SendingToAClosedPeerIsAnErrorAndNoSignal) {
    there.reset();
    const auto sent = here->send(Fields().add("STATE", "up"));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code.value(), EPIPE);
    EXPECT_EQ(sent.error().message(), "cannot send to the other end of a channel: Broken pipe");
}

TEST_F(ChannelPair, AFullQueueIsAnErrorAndDoesNotWait) {
    const auto message = Fields().add("TEXT", std::string(4000, 'x'));
    auto sent = here->send(message);
    for (int count = 0; sent && count < 100'000; ++count) sent = here->send(message);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code.value(), EAGAIN);
    EXPECT_EQ(awaited(io, there->receive()), message);
}

TEST_F(ChannelPair, TheLongestMessageArrivesWhole) {
    const auto longest = Fields().add("K", std::string(8192 - std::string_view("K=\n").size(), 'x'));
    ASSERT_TRUE(there->send(longest));
    EXPECT_EQ(received(), longest);
}

TEST_F(ChannelPair, AMessageThatWouldBeCutOffIsRefused) {
    const auto sent = there->send(Fields().add("K", std::string(8192, 'x')));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, std::errc::message_size);
}

TEST_F(ChannelPair, AnEmptyMessageIsRefusedForItWouldReadAsTheEnd) {
    EXPECT_FALSE(there->send(Fields()));
    ASSERT_TRUE(there->send(Fields().add("STATE", "up")));
    EXPECT_EQ(received(), Fields().add("STATE", "up"));
}

TEST_F(ChannelPair, AWaitCutOffByADeadlineLosesNoMessage) {
    EXPECT_EQ(awaited(io, runtime::with_deadline(Clock::now(), here->receive())), std::nullopt);
    const auto message = Fields().add("STATE", "up");
    ASSERT_TRUE(there->send(message));
    EXPECT_EQ(received(), message);
}

TEST_F(ChannelPair, PassesADescriptorAndClosesItWhereNobodyWantsIt) {
    const auto pipe_ends = make_channel_pair();
    const auto message = Fields().add("use", "1");
    ASSERT_TRUE(there->send(message, pipe_ends->first.get()));
    auto got = awaited(io, here->receive_message());
    ASSERT_TRUE(got);
    EXPECT_EQ(got->fields, message);
    ASSERT_TRUE(got->descriptor);
    EXPECT_TRUE((::fcntl(got->descriptor.get(), F_GETFD) & FD_CLOEXEC) != 0);
    EXPECT_EQ(::send(got->descriptor.get(), "x", 1, MSG_NOSIGNAL), 1);

    ASSERT_TRUE(there->send(message, pipe_ends->first.get()));
    const int next_free = ::dup(0);
    ::close(next_free);
    EXPECT_EQ(received(), message);
    const runtime::UniqueFd still_free(::dup(0));
    EXPECT_EQ(still_free.get(), next_free);
    EXPECT_FALSE(there->send(message, 9999));
}

TEST_F(ChannelPair, AMessageWithoutADescriptorHasNone) {
    ASSERT_TRUE(there->send(Fields().add("alive", "1")));
    EXPECT_FALSE(awaited(io, here->receive_message())->descriptor);
}

TEST(WaitForMessage, NeedsNoLoopAndEndsWithThePeerOrItsPatience) {
    auto pair = make_channel_pair();
    ASSERT_TRUE(pair);
    EXPECT_FALSE(wait_for_message(pair->first.get(), std::chrono::milliseconds(0)));
    ASSERT_EQ(::send(pair->second.get(), "use=1\n", 6, 0), 6);
    const auto got = wait_for_message(pair->first.get(), std::chrono::seconds(30));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->fields, Fields().add("use", "1"));
    pair->second.close();
    EXPECT_FALSE(wait_for_message(pair->first.get(), std::chrono::seconds(30)));
}

TEST(MakeChannelPair, IsHiddenFromProgramsWeStart) {
    const auto pair = make_channel_pair();
    ASSERT_TRUE(pair);
    for (const auto* end : {&pair->first, &pair->second})
        EXPECT_TRUE((::fcntl(end->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

/// Runs in a forked child, whose descriptor 3 is its own: exits with 0 for yes.
[[noreturn]] void exit_with_whether_a_channel_is_inherited(int descriptor_3) {
    constexpr int out_of_the_way = 100;
    const int copy = ::fcntl(descriptor_3, F_DUPFD, out_of_the_way);
    ::close(child_channel_fd);
    if (copy >= 0) ::dup2(copy, child_channel_fd);
    const auto channel = inherited_channel();
    const bool good = channel && channel->get() == child_channel_fd &&
                      (::fcntl(child_channel_fd, F_GETFD) & FD_CLOEXEC) != 0;
    ::_exit(good ? 0 : 1);
}

TEST(InheritedChannel, IsASequencedPacketSocketOnDescriptor3) {
    const auto pair = make_channel_pair();
    ASSERT_TRUE(pair);
    const runtime::UniqueFd stream(::socket(AF_UNIX, SOCK_STREAM, 0));
    const runtime::UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_EXIT(exit_with_whether_a_channel_is_inherited(pair->first.get()), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(exit_with_whether_a_channel_is_inherited(stream.get()), testing::ExitedWithCode(1), "");
    EXPECT_EXIT(exit_with_whether_a_channel_is_inherited(file.get()), testing::ExitedWithCode(1), "");
    EXPECT_EXIT(exit_with_whether_a_channel_is_inherited(-1), testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace pulse::process
