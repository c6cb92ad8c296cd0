#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/director/director.h"
#include "pulse/net/interface.h"

namespace pulse::lvsd {

/// From which of the router's addresses checks speak: never from a floating one.
class OwnSources {
  public:
    /// What the kernel says; tests have their own. All of it is short.
    struct Kernel {
        std::function<Result<std::vector<net::InterfaceAddress>>()> addresses;
        std::function<std::optional<net::IpAddress>(const net::IpAddress& target)> choice_towards;
    };

    explicit OwnSources(Kernel kernel) : kernel_(std::move(kernel)) {}

    /// Reads this router's addresses. True if they are others than before; what cannot be read stays as it
    /// was.
    bool look();

    /// The monitors of `config`, each with the address it is to speak from.
    [[nodiscard]] std::vector<director::Monitor> monitors(const config::Config& config) const;

  private:
    [[nodiscard]] std::optional<net::IpAddress> source_towards(
        const net::IpAddress& target, const std::vector<net::IpAddress>& floating,
        const std::vector<net::InterfaceAddress>& own) const;

    Kernel kernel_;
    std::vector<net::InterfaceAddress> locals_;
};

/// The kernel's own.
[[nodiscard]] OwnSources::Kernel routing();

}  // namespace pulse::lvsd
