#include "pulse/director/record.h"

#include <gtest/gtest.h>

namespace pulse::director {
namespace {

net::Endpoint at(std::string_view address, std::uint16_t port) {
    return {*net::IpAddress::parse(address), {port}};
}

TEST(Record, IsReadAsItWasWritten) {
    Record record{.boot = "0b1c",
                  .services = {ipvs::ServiceId::at(net::Protocol::tcp, at("10.0.0.10", 80)),
                               ipvs::ServiceId::at(net::Protocol::udp, at("fd00::10", 53)),
                               ipvs::ServiceId::at(net::Protocol::sctp, at("10.0.0.10", 36412)),
                               ipvs::ServiceId::marked({7}), ipvs::ServiceId::marked({7}, net::Family::v6)},
                  .marks = true};
    EXPECT_EQ(record_from(to_text(record)), record);
    EXPECT_EQ(to_text({.boot = "0b1c", .services = {ipvs::ServiceId::marked({7}, net::Family::v6)}}),
              "boot 0b1c\nmark 7 IPv6\n");
    EXPECT_EQ(record_from(to_text({})), Record{});
}

TEST(Record, ADamagedOneIsReadAsFarAsItGoes) {
    const auto record = record_from(
        "boot 1\ntcp 10.0.0.10 80\ntcp 10.0.0.10 99999\nicmp 10.0.0.10 80\n"
        "mark 0 IPv4\nmark 7 IPX\nmark x IPv4\ntcp nowhere 80\n\xff\ntcp 10.0.0");
    EXPECT_EQ(record.services, std::set{ipvs::ServiceId::at(net::Protocol::tcp, at("10.0.0.10", 80))});
    EXPECT_FALSE(record.marks);
}

}  // namespace
}  // namespace pulse::director
