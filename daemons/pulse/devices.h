#pragma once

#include <map>
#include <string>
#include <vector>

#include "pulse/base/time.h"
#include "pulse/kernel/route_watch.h"
#include "pulse/net/interface.h"

namespace pulse::daemon {

/// This host's network devices, as the kernel listed them and has told of since.
class Devices {
  public:
    /// There are these and no others. Returns the names of those that neighbours must be told of anew: known
    /// before, they have another hardware address now, or a carrier again.
    std::vector<std::string> list(const std::vector<net::Link>& all, TimePoint now);

    /// As `list`, of what has changed.
    std::vector<std::string> see(const kernel::RouteChanges& changes, TimePoint now);

    /// Null if there is none.
    [[nodiscard]] const net::Link* find(const std::string& name) const;

    /// The name of the device with that index, "?" if there is none.
    [[nodiscard]] std::string name_of(int index) const;

    /// Whether one of them has this hardware address, or had it a moment ago: frames may still be on their
    /// way.
    [[nodiscard]] bool have(const net::Mac& mac) const;

  private:
    bool take(const net::Link& link, TimePoint now);
    void remember(const net::Mac& mac, TimePoint now);

    std::map<std::string, net::Link> by_name_;
    std::map<net::Mac, TimePoint> former_;  ///< hardware addresses, and when they went
};

}  // namespace pulse::daemon
