#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/kernel/route.h"
#include "pulse/net/interface.h"

namespace pulse::daemon {

/// What floating addresses need of the kernel. Tests put one of their own in its place.
class AddressKernel {
  public:
    AddressKernel() = default;
    AddressKernel(const AddressKernel&) = delete;
    AddressKernel& operator=(const AddressKernel&) = delete;
    virtual ~AddressKernel() = default;

    /// ENODEV if there is none.
    [[nodiscard]] virtual Result<net::Link> link(const std::string& name) = 0;
    [[nodiscard]] virtual Result<net::Link> link(int index) = 0;

    /// All of this host.
    [[nodiscard]] virtual Result<std::vector<net::InterfaceAddress>> addresses() = 0;

    /// Makes the changes in order, as kernel::RouteClient does.
    [[nodiscard]] virtual Result<void> change(
        std::span<const net::AddressChange> changes,
        const std::function<void(std::size_t index, const Error&)>& on_failure) = 0;
};

/// The kernel this runs on.
class RouteAddresses final : public AddressKernel {
  public:
    explicit RouteAddresses(kernel::RouteClient route) : route_(std::move(route)) {}

    [[nodiscard]] Result<net::Link> link(const std::string& name) override { return route_.link(name); }
    [[nodiscard]] Result<net::Link> link(int index) override { return route_.link(index); }
    [[nodiscard]] Result<std::vector<net::InterfaceAddress>> addresses() override {
        return route_.addresses();
    }
    [[nodiscard]] Result<void> change(
        std::span<const net::AddressChange> changes,
        const std::function<void(std::size_t index, const Error&)>& on_failure) override {
        return route_.change_addresses(changes, on_failure);
    }

  private:
    kernel::RouteClient route_;
};

}  // namespace pulse::daemon
