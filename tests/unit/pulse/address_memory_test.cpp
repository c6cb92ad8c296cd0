#include "address_memory.h"

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "../scratch_directory.h"

namespace pulse::daemon {
namespace {

class AddressMemoryTest : public testing::Test {
  protected:
    void end_in_order(AddressMemory& memory) {
        boost::asio::co_spawn(loop, memory.end(), boost::asio::detached);
        loop.restart();
        loop.run();
    }

    ScratchDirectory scratch;
    std::filesystem::path directory = scratch.path();
    boost::asio::io_context loop{1};
};

const failover::AddressRecord two{
    {.device = "eth0", .address = *net::IpAddress::parse("10.0.0.10"), .prefix_length = 32},
    {.device = "eth0", .address = *net::IpAddress::parse("fd00::10"), .prefix_length = 128}};

TEST_F(AddressMemoryTest, AfterADeathItIsKnownWhatWasAdded) {
    runtime::StateStore store(directory);
    AddressMemory memory(loop, store, {});
    memory.keep(two);
    loop.run();
    const auto known = remembered_addresses(store);
    ASSERT_TRUE(known) << known.error().message();
    EXPECT_EQ(known->record, two);
    EXPECT_FALSE(known->left_on_purpose);
}

TEST_F(AddressMemoryTest, WhatWasLeftToServeOnPurposeIsToldFromWhatACrashLeft) {
    runtime::StateStore store(directory);
    AddressMemory memory(loop, store, two);
    end_in_order(memory);
    EXPECT_TRUE(remembered_addresses(store)->left_on_purpose);
    EXPECT_EQ(remembered_addresses(store)->record, two);

    AddressMemory next(loop, store, two);
    next.start();
    loop.restart();
    loop.run();
    EXPECT_FALSE(remembered_addresses(store)->left_on_purpose) << "the next pulse is responsible again";

    AddressMemory last(loop, store, {});
    end_in_order(last);
    EXPECT_FALSE(remembered_addresses(store)->left_on_purpose);
    EXPECT_TRUE(remembered_addresses(store)->record.empty());
}

}  // namespace
}  // namespace pulse::daemon
