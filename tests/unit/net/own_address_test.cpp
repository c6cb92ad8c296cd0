#include "pulse/net/own_address.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pulse::net {
namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

InterfaceAddress on(int link, const char* address, int prefix_length) {
    return {.link_index = link, .label = {}, .address = ip(address), .prefix_length = prefix_length};
}

const std::vector<IpAddress> floating{ip("10.0.0.10"), ip("10.0.1.254"), ip("fd00::10")};

std::string towards(const char* target, const std::vector<InterfaceAddress>& locals,
                    const char* kernels_choice = nullptr) {
    const auto choice = kernels_choice != nullptr ? std::optional(ip(kernels_choice)) : std::nullopt;
    const auto own = own_address_towards(ip(target), locals, floating, choice);
    return own ? own->to_string() : "the kernel's";
}

/// The floating address came first and is the subnet's primary: the kernel would speak from it.
TEST(OwnAddress, IsNeverAFloatingOne) {
    EXPECT_EQ(towards("10.0.0.99", {on(2, "10.0.0.10", 24), on(2, "10.0.0.1", 24)}, "10.0.0.10"), "10.0.0.1");
    EXPECT_EQ(towards("fd00::99", {on(2, "fd00::10", 64), on(2, "fd00::1", 64)}), "fd00::1");
    EXPECT_EQ(towards("10.0.1.11", {on(3, "10.0.1.254", 24)}, "10.0.1.254"), "the kernel's");
}

TEST(OwnAddress, IsTheOneInTheTargetsNetwork) {
    const std::vector locals{on(1, "127.0.0.1", 8), on(2, "10.0.0.1", 8), on(3, "10.0.1.1", 24),
                             on(3, "10.0.1.2", 24), on(4, "192.0.2.1", 24)};
    EXPECT_EQ(towards("10.0.1.11", locals), "10.0.1.1");
    EXPECT_EQ(towards("10.9.1.11", locals), "10.0.0.1");
    EXPECT_EQ(towards("192.0.2.7", locals, "10.0.0.1"), "192.0.2.1");
}

TEST(OwnAddress, BehindAGatewayIsTheKernelsChoiceUnlessThatFloats) {
    const std::vector locals{on(2, "10.0.0.10", 24), on(3, "10.0.1.1", 24), on(2, "10.0.0.1", 24)};
    EXPECT_EQ(towards("203.0.113.5", locals), "the kernel's");
    EXPECT_EQ(towards("203.0.113.5", locals, "10.0.1.1"), "the kernel's");
    EXPECT_EQ(towards("203.0.113.5", locals, "10.0.0.10"), "10.0.0.1") << "of the same device";
    EXPECT_EQ(towards("203.0.113.5", {on(2, "10.0.0.10", 24), on(3, "10.0.1.1", 24)}, "10.0.0.10"),
              "10.0.1.1");
}

TEST(OwnAddress, IsOfTheTargetsFamilyAndNoLinkLocalOne) {
    EXPECT_EQ(towards("fd00::99", {on(2, "10.0.0.1", 24), on(2, "fe80::1", 10)}), "the kernel's");
    EXPECT_EQ(towards("fe80::99", {on(2, "fe80::1", 64)}), "the kernel's");
    EXPECT_EQ(towards("169.254.1.2", {on(2, "169.254.1.1", 16)}), "the kernel's");
    EXPECT_EQ(towards("127.0.0.5", {on(1, "127.0.0.1", 8)}), "the kernel's");
}

}  // namespace
}  // namespace pulse::net
