#include "devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pulse::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint now{1h};

net::Link link(const char* name, int index, const char* mac, bool carrier = true) {
    return {.index = index, .name = name, .mac = *net::Mac::parse(mac), .up = true, .carrier = carrier};
}
kernel::RouteChanges changed(net::Link link) {
    kernel::RouteChanges changes;
    changes.links.push_back(std::move(link));
    return changes;
}

// An empty memory was compared as if it were the state: the first change was not announced.
TEST(Devices, TheFirstChangeOfAHardwareAddressAfterTheStartIsNoticed) {
    Devices devices;
    EXPECT_THAT(devices.list({link("eth0", 2, "020000000001")}, now), IsEmpty());
    EXPECT_THAT(devices.see(changed(link("eth0", 2, "02000000aa01")), now), ElementsAre("eth0"));
    EXPECT_THAT(devices.see(changed(link("eth0", 2, "02000000aa01")), now), IsEmpty());
}

TEST(Devices, AChangeThatWasOverrunIsFoundInTheNextList) {
    Devices devices;
    devices.list({link("eth0", 2, "020000000001"), link("eth1", 3, "020000000002")}, now);
    EXPECT_THAT(devices.list({link("eth0", 2, "020000000001"), link("eth1", 3, "02000000aa02")}, now),
                ElementsAre("eth1"));
}

TEST(Devices, ACarrierThatIsBackIsNoticedAndOneThatGoesIsNot) {
    Devices devices;
    devices.list({link("eth0", 2, "020000000001")}, now);
    EXPECT_THAT(devices.see(changed(link("eth0", 2, "020000000001", false)), now), IsEmpty());
    EXPECT_THAT(devices.see(changed(link("eth0", 2, "020000000001")), now), ElementsAre("eth0"));
}

// A second card on the wire hears what was sent a moment ago: that is no stranger.
TEST(Devices, OwnHardwareAddressesAreKnownNowAndAMomentAfterTheyWent) {
    Devices devices;
    devices.list({link("eth0", 2, "020000000001")}, now);
    devices.see(changed(link("eth0", 2, "02000000aa01")), now);
    EXPECT_TRUE(devices.have(*net::Mac::parse("020000000001")));
    EXPECT_TRUE(devices.have(*net::Mac::parse("02000000aa01")));
    devices.see(changed(link("eth0", 2, "02000000aa02")), now + 1min);
    EXPECT_FALSE(devices.have(*net::Mac::parse("020000000001")));
    EXPECT_FALSE(devices.have(*net::Mac::parse("020000000099")));
}

TEST(Devices, OneThatIsRenamedOrReplacedIsKnownByItsNameOfToday) {
    Devices devices;
    devices.list({link("eth0", 2, "020000000001")}, now);
    devices.see(changed(link("wan0", 2, "020000000001")), now);
    EXPECT_EQ(devices.find("eth0"), nullptr);
    EXPECT_EQ(devices.name_of(2), "wan0");
    kernel::RouteChanges gone;
    gone.gone_links.push_back(link("wan0", 2, "020000000001"));
    devices.see(gone, now);
    EXPECT_EQ(devices.find("wan0"), nullptr);
    EXPECT_EQ(devices.name_of(2), "?");
}

}  // namespace
}  // namespace pulse::daemon
