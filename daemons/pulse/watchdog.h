#pragma once

#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

/// Feeds a watchdog device (the kernel's watchdog-api) as long as the loop turns: if pulse hangs or is
/// killed, the router reboots before its partner, who hears nothing any more, has taken over for long.
class Watchdog {
  public:
    explicit Watchdog(boost::asio::io_context& context) : timer_(context) {}
    ~Watchdog() { stop(); }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    Watchdog(Watchdog&&) = delete;
    Watchdog& operator=(Watchdog&&) = delete;

    /// Feeds this device from now on, which reboots after `patience` without food, in whole seconds and as
    /// near as the device can. No device: stops feeding. A device that cannot be opened is logged.
    void use(const std::optional<std::string>& device, Duration patience);

    /// Tells the device that this is no accident (magic close).
    void stop();

  private:
    void open(const std::string& device, Duration patience);
    void feed();

    boost::asio::steady_timer timer_;
    runtime::UniqueFd device_;
    std::optional<std::string> name_;
    Duration patience_{};
    Duration interval_{};
    bool complained_ = false;
};

}  // namespace pulse::daemon
