#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "address_kernel.h"

namespace pulse::daemon {

/// A kernel's addresses, with what Linux does unasked: an IPv4 address that comes second in its network is
/// secondary, and goes with its primary unless the device promotes it.
struct FakeKernel {
    std::vector<net::Link> links{
        {.index = 1, .name = "lo", .loopback = true, .resolves = false},
        {.index = 2, .name = "eth0"},
        {.index = 3, .name = "eth1"},
    };
    std::vector<net::InterfaceAddress> present;
    bool keeps_protocols = true;

    int interrupted_dumps = 0;              ///< so many of the next listings fail
    std::map<net::IpAddress, int> refuses;  ///< errno for changes of these
    bool conversation_breaks = false;       ///< changes are not even answered
    int changes_made = 0;
    std::set<std::string> seen_away;  ///< addresses that were up, then nowhere, at some moment

    /// As somebody with a shell does.
    void add(const char* device, const char* address, int prefix_length, std::string label = {},
             std::uint8_t protocol = 0);
    void remove(const char* address);

    /// "eth0 10.0.0.10/24 eth0:1", in the kernel's order; "+" before a secondary.
    [[nodiscard]] std::vector<std::string> shown() const;
    [[nodiscard]] bool has(const char* address) const;

    int apply(const net::AddressChange& change);

  private:
    int add(net::InterfaceAddress address);
    int remove(const net::InterfaceAddress& address, bool promotes);
};

/// The interface of the daemon, before a fake that a test keeps.
class FakeAddressKernel final : public AddressKernel {
  public:
    explicit FakeAddressKernel(FakeKernel& fake) : fake_(fake) {}

    [[nodiscard]] Result<net::Link> link(const std::string& name) override;
    [[nodiscard]] Result<net::Link> link(int index) override;
    [[nodiscard]] Result<std::vector<net::InterfaceAddress>> addresses() override;
    [[nodiscard]] Result<void> change(
        std::span<const net::AddressChange> changes,
        const std::function<void(std::size_t index, const Error&)>& on_failure) override;

  private:
    FakeKernel& fake_;
};

}  // namespace pulse::daemon
