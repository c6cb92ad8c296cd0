#include <gtest/gtest.h>

#include "helpers.h"

namespace pulse::config::testing {
namespace {

const auto a1 = net::IpAddress::parse("10.0.0.1");
const auto a2 = net::IpAddress::parse("10.0.0.2");

TEST(PrivateAddresses, AreThePublicOnesWhenNoneAreGiven) {
    const auto reading = read_text("primary = 10.0.0.1\nbackup = 10.0.0.2\n");
    EXPECT_TRUE(reading.diagnostics.empty());
    EXPECT_EQ(reading.config.primary_private, a1);
    EXPECT_EQ(reading.config.backup_private, a2);
}

TEST(PrivateAddresses, StayAsGivenWhenBothAre) {
    const auto reading = read_text(
        "backup_private = 10.1.0.2\nprimary = 10.0.0.1\nprimary_private = 10.1.0.1\nbackup = 10.0.0.2\n");
    EXPECT_TRUE(reading.diagnostics.empty());
    EXPECT_EQ(reading.config.primary_private, net::IpAddress::parse("10.1.0.1"));
    EXPECT_EQ(reading.config.backup_private, net::IpAddress::parse("10.1.0.2"));
}

TEST(PrivateAddresses, BackupsStaysUnsetWhenOnlyThePrimarysIsGiven) {
    const auto reading = read_text("primary = 10.0.0.1\nprimary_private = 10.1.0.1\nbackup = 10.0.0.2\n");
    EXPECT_EQ(brief(reading),
              (std::vector<std::string>{"2: warning: primary_private without backup_private"}));
    EXPECT_EQ(reading.config.backup_private, std::nullopt);
}

TEST(PrivateAddresses, LoneRouterNeedsNoBackupPrivate) {
    EXPECT_TRUE(read_text("primary = 10.0.0.1\nprimary_private = 10.1.0.1\n").diagnostics.empty());
}

TEST(PrivateAddresses, StayUnsetWithoutAPrimary) {
    const auto reading = read_text("backup = 10.0.0.2\n");
    EXPECT_EQ(reading.config.primary_private, std::nullopt);
    EXPECT_EQ(reading.config.backup_private, std::nullopt);
}

TEST(BackupActive, IsClearedWithoutABackup) {
    const auto reading = read_text("primary = 10.0.0.1\nbackup_active = 1\n");
    EXPECT_FALSE(reading.config.backup_active);
    EXPECT_TRUE(reading.ok());
    EXPECT_EQ(reading.diagnostics.size(), 1U);
}

TEST(BackupActive, OrderOfTheKeysDoesNotMatter) {
    const auto reading = read_text("backup_active = 1\nbackup = 10.0.0.2\n");
    EXPECT_TRUE(reading.config.backup_active);
    EXPECT_TRUE(reading.diagnostics.empty());
}

TEST(BackupActive, BadBackupAddressIsOneMistakeNotTwo) {
    EXPECT_EQ(brief(read_text("backup = nosuch\nbackup_active = 1\n")),
              (std::vector<std::string>{"1: error: invalid argument: \"nosuch\""}));
}

}  // namespace
}  // namespace pulse::config::testing
