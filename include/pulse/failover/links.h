#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/failover/cluster.h"
#include "pulse/failover/machine.h"
#include "pulse/net/interface.h"

namespace pulse::failover {

/// Which of this host's links have been lost, by what the kernel shows of devices and addresses. Pure: it is
/// told what there is.
class LinkWatch {
  public:
    /// Watches the devices that carry this router's own addresses of `paths` and the floating ones from now
    /// on; with the automatic rule only vital ones: those of the public path and of floating addresses. What
    /// was seen before stays known.
    void watch(const std::vector<Path>& paths, const std::vector<FloatingAddress>& floating, LinkRule rule);

    /// What a complete look shows that was not known.
    struct News {
        std::vector<std::string> lost;  ///< by name
        std::vector<std::string> back;
        std::optional<LinksChanged> change;
    };
    [[nodiscard]] News look(std::span<const net::Link> links,
                            std::span<const net::InterfaceAddress> addresses);

    /// Whether such news can change what a look shows. Hosts have thousands of devices that are none of ours.
    [[nodiscard]] bool concerns(std::span<const net::Link> changed, std::span<const net::Link> gone,
                                std::span<const net::InterfaceAddress> removed) const;

    [[nodiscard]] bool empty() const { return places_.empty(); }

    /// Whether an address is missing. Of one that comes back there is no news.
    [[nodiscard]] bool misses_address() const;

    /// How many links count in who sees more; with the automatic rule none does.
    [[nodiscard]] std::uint16_t counted() const;

    /// Those that are lost, by name.
    [[nodiscard]] const std::vector<std::string>& down() const { return down_; }

  private:
    /// A device, known by its name or by an address on it.
    struct Place {
        std::string name;
        std::optional<net::IpAddress> address;
        std::string device;  ///< as looked for, or where the address was seen last
        bool vital = false;  ///< the service needs it
        int index = 0;       ///< of the device, when it was seen last; 0: it is not there
        bool carrier = false;
        bool seen = false;  ///< it was there once
    };

    [[nodiscard]] bool is_down(const Place& place) const;

    LinkRule rule_ = LinkRule::ignored;
    std::vector<Place> places_;
    std::vector<std::string> down_;
    std::optional<std::pair<bool, std::optional<std::uint16_t>>> reported_;
};

}  // namespace pulse::failover
