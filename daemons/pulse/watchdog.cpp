#include "watchdog.h"

#include <algorithm>
#include <cerrno>

#include <linux/watchdog.h>
#include <sys/ioctl.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/log/log.h"

namespace pulse::daemon {

void Watchdog::use(const std::optional<std::string>& device, Duration patience) {
    if (device == name_ && patience == patience_) return;
    stop();
    name_ = device;
    patience_ = patience;
    if (device) open(*device, patience);
}

void Watchdog::open(const std::string& device, Duration patience) {
    device_ = runtime::UniqueFd(::open(device.c_str(), O_WRONLY | O_CLOEXEC));
    if (!device_) {
        const int reason = errno;
        return log::error("watchdog {}: {}", device, std::system_category().message(reason));
    }
    int seconds = std::max(1, static_cast<int>(std::chrono::floor<std::chrono::seconds>(patience).count()));
    // Some devices have one timeout only: then that is the answer to the question.
    if (::ioctl(device_.get(), WDIOC_SETTIMEOUT, &seconds) < 0 &&
        ::ioctl(device_.get(), WDIOC_GETTIMEOUT, &seconds) < 0)
        log::warning("watchdog {} does not tell its timeout", device);
    log::info("watchdog {} reboots this router when pulse has not worked for {} s", device, seconds);
    interval_ = std::chrono::duration_cast<Duration>(std::chrono::seconds(std::max(seconds, 1))) / 4;
    complained_ = false;
    feed();
}

void Watchdog::feed() {
    constexpr char food = 'f';
    if (::write(device_.get(), &food, 1) < 0 && !complained_) {
        const int reason = errno;
        complained_ = true;
        log::error("feeding the watchdog: {}", std::system_category().message(reason));
    }
    timer_.expires_after(interval_);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && device_) feed();
    });
}

void Watchdog::stop() {
    name_.reset();
    timer_.cancel();
    if (!device_) return;
    constexpr char magic = 'V';
    if (::write(device_.get(), &magic, 1) < 0) log::error("the watchdog cannot be stopped");
    device_.close();
}

}  // namespace pulse::daemon
