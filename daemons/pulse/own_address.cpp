#include "own_address.h"

#include <chrono>
#include <csignal>
#include <functional>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "pulse/process/start.h"

namespace pulse::daemon {

Result<std::vector<net::IpAddress>> local_addresses(kernel::RouteClient& route) {
    const auto addresses = route.addresses();
    if (!addresses) return fail(addresses.error(), "");
    std::vector<net::IpAddress> local;
    for (const auto& address : *addresses) local.push_back(address.address);
    return local;
}

std::string own_address_text(const config::Config& config) {
    const auto text = [](const auto& address) {
        return address ? address->to_string() : std::string("(not set)");
    };
    return fmt::format("address {} (primary) or {} (backup)", text(config.primary), text(config.backup));
}

std::optional<failover::Identity> wait_for_own_address(boost::asio::io_context& context,
                                                       const config::Config& config,
                                                       kernel::RouteClient& route) {
    // One dump of a machine that has not got its addresses yet costs nothing; notifications of new ones could
    // be lost, and would have to be followed by a look all the same.
    constexpr auto pause = std::chrono::milliseconds(250);
    std::optional<failover::Identity> found;
    boost::asio::signal_set signals(context, SIGTERM, SIGINT);
    boost::asio::steady_timer timer(context);
    const std::function<void()> look = [&] {
        const auto local = local_addresses(route);
        if (local) found = failover::identity(config, *local);
        if (found) return signals.cancel(), void();
        timer.expires_after(pause);
        timer.async_wait([&](const boost::system::error_code& cancelled) {
            if (!cancelled) look();
        });
    };
    signals.async_wait([&](const boost::system::error_code&, int) { timer.cancel(); });
    look();
    process::release_stop_signals();
    context.run();
    process::hold_stop_signals();
    context.restart();
    return found;
}

}  // namespace pulse::daemon
