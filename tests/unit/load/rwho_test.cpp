#include "pulse/load/rwho.h"

#include <gtest/gtest.h>

namespace pulse::load {
namespace {

/// A status packet as rwhod(8) sends it: no users, load averages 1.23, 0.50, 0.25.
std::string packet() {
    std::string bytes("\x01\x01\0\0", 4);     // version, type, padding
    bytes += std::string("\x65\0\0\0", 4);    // sent
    bytes += std::string(4, '\0');            // received: filled in by the receiver
    bytes += "web1" + std::string(28, '\0');  // host
    bytes += std::string("\0\0\0\x7b\0\0\0\x32\0\0\0\x19", 12);
    bytes += std::string("\x64\0\0\0", 4);  // booted
    return bytes;
}

TEST(Rwho, ReadsHostAndLoad) {
    EXPECT_EQ(parse_rwho(packet()), (RwhoPacket{.host = "web1", .load = 1.23}));
    EXPECT_EQ(parse_rwho(packet() + std::string(24, 'u')), (RwhoPacket{.host = "web1", .load = 1.23}));
}

TEST(Rwho, AHostNameNeedsNoEnd) {
    auto full = packet();
    full.replace(12, 32, std::string(32, 'h'));
    EXPECT_EQ(parse_rwho(full)->host, std::string(32, 'h'));
}

TEST(Rwho, RefusesWhatIsNoStatus) {
    for (std::size_t length = 0; length < packet().size(); ++length)
        EXPECT_EQ(parse_rwho(packet().substr(0, length)), std::nullopt) << length;
    auto other = packet();
    other[0] = 2;
    EXPECT_EQ(parse_rwho(other), std::nullopt);
    other = packet();
    other[1] = 9;
    EXPECT_EQ(parse_rwho(other), std::nullopt);
}

}  // namespace
}  // namespace pulse::load
