#include "pulse/load/rstat.h"

#include <gtest/gtest.h>

namespace pulse::load {
namespace {

std::string number(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffU);
    return bytes;
}

/// An accepted answer (RFC 5531) with these results.
std::string answer(std::uint32_t xid, std::initializer_list<std::uint32_t> results) {
    std::string bytes = number(xid) + number(1) + number(0) + number(0) + number(0) + number(0);
    for (const auto result : results) bytes += number(result);
    return bytes;
}

std::string statistics(std::uint32_t xid, std::uint32_t load) {
    std::string bytes = answer(xid, {});
    for (int i = 0; i < 18; ++i) bytes += number(7);
    return bytes + number(load) + number(0) + number(0) + std::string(20, '\0');
}

TEST(Rstat, AsksThePortMapperAsRfc1833Says) {
    // xid, call, RPC 2, program 100000 version 2 procedure 3, no credentials, no verifier; the program, its
    // version, UDP, port 0
    EXPECT_EQ(rstat_port_question(5), number(5) + number(0) + number(2) + number(100'000) + number(2) +
                                          number(3) + std::string(16, '\0') + number(100'001) + number(3) +
                                          number(17) + number(0));
    EXPECT_EQ(rstat_port(answer(5, {999}), 5), 999);
}

TEST(Rstat, AsksForStatisticsAndReadsTheLoad) {
    EXPECT_EQ(rstat_question(6), number(6) + number(0) + number(2) + number(100'001) + number(3) + number(1) +
                                     std::string(16, '\0'));
    EXPECT_EQ(rstat_load(statistics(6, 640), 6), 2.5);
}

TEST(Rstat, RefusesOtherAnswers) {
    EXPECT_EQ(rstat_port(answer(5, {999}), 6), std::nullopt);
    EXPECT_EQ(rstat_port(answer(5, {0}), 5), std::nullopt);
    EXPECT_EQ(rstat_port(answer(5, {70'000}), 5), std::nullopt);
    EXPECT_EQ(rstat_port(answer(5, {}), 5), std::nullopt);
    EXPECT_EQ(rstat_port(rstat_port_question(5), 5), std::nullopt);
    EXPECT_EQ(rstat_port(number(5) + number(1) + number(1) + number(1) + number(1), 5),
              std::nullopt);  // denied
    const auto unavailable = number(5) + number(1) + number(0) + number(0) + number(0) + number(1);
    EXPECT_EQ(rstat_port(unavailable, 5), std::nullopt);
    EXPECT_EQ(rstat_load(unavailable, 5), std::nullopt);
    // A status that no enumerator has: libtirpc's own reader leaves it in an enum.
    EXPECT_EQ(
        rstat_port(number(5) + number(1) + number(0) + number(0) + number(0) + number(512) + number(999), 5),
        std::nullopt);
    EXPECT_EQ(
        rstat_port(number(5) + number(1) + number(512) + number(0) + number(0) + number(0) + number(999), 5),
        std::nullopt);
    const auto full = statistics(6, 640);
    for (std::size_t length = 0; length < 24 + 19 * 4; ++length)
        EXPECT_EQ(rstat_load(full.substr(0, length), 6), std::nullopt) << length;
}

TEST(Rstat, ReadsPastAServersProofOfItself) {
    const auto proven = [](std::uint32_t size, std::size_t there) {
        return number(5) + number(1) + number(0) + number(1) + number(size) + std::string(there, 'x') +
               number(0) + number(999);
    };
    EXPECT_EQ(rstat_port(proven(8, 8), 5), 999);
    EXPECT_EQ(rstat_port(proven(5, 8), 5), 999);  // padded to four bytes
    EXPECT_EQ(rstat_port(proven(400, 400), 5), 999);
    EXPECT_EQ(rstat_port(proven(404, 404), 5), std::nullopt);  // the longest that RFC 5531 allows is 400
    EXPECT_EQ(rstat_port(proven(0xffffffffU, 8), 5), std::nullopt);
}

}  // namespace
}  // namespace pulse::load
