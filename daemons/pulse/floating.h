#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "pulse/config/config.h"

#include "addresses.h"
#include "announcer.h"
#include "route_events.h"
#include "strangers.h"

namespace pulse::daemon {

/// Everything the role has to do with floating addresses: they are up and announced while this router has it,
/// and down otherwise.
class Floating {
  public:
    /// What this needs from the kernel.
    struct Resources {
        kernel::RouteClient addresses;
        kernel::RouteWatch watch;
        AddressFrames announcements;
        AddressFrames probes;
        kernel::ClaimListener claims;
    };
    [[nodiscard]] static Result<Resources> open();

    /// What the operator may want to hear of.
    struct Listener {
        std::function<void()> repaired;  ///< somebody took addresses down; they are up again
        Strangers::OnAlarm conflict;     ///< somebody else claims one
    };

    Floating(boost::asio::io_context& context, const config::Config& config, Resources resources,
             Listener listener);

    void start();

    /// The role is about to be taken: looks out for strangers that have the addresses.
    void probe() { strangers_.probe(); }

    /// Brings up what is not up; a few at once, many while the loop turns.
    void raise() { addresses_.raise(); }

    /// Tells the neighbours, as soon as all that can be raised is; starts over if that is going on.
    void announce();

    /// Takes all down at once and is silent.
    void drop();

    /// Another lvs.cf: takes down what it does not have, and is about its addresses from now on.
    void change(const config::Config& before, const config::Config& after);

  private:
    void see(const kernel::RouteChanges& changes);
    void want(const config::Config& config);

    Addresses addresses_;
    Announcer announcer_;
    Strangers strangers_;
    RouteEvents events_;
    std::function<void()> on_repaired_;
    std::map<std::string, net::Link> devices_;  ///< those of the addresses, as last heard of
    bool held_ = false;
};

}  // namespace pulse::daemon
