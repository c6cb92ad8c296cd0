#pragma once

#include <string>

namespace pulse::process {

/// Tells systemd that start-up is complete (sd_notify(3)); without systemd nothing happens.
void notify_ready(const std::string& status);

/// The text `systemctl status` shows.
void notify_status(const std::string& status);

/// Tells systemd that an orderly stop has begun.
void notify_stopping();

}  // namespace pulse::process
