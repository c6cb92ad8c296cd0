#include "kernel_settings.h"

#include <fmt/format.h>

#include "pulse/director/kernel_settings.h"
#include "pulse/log/log.h"

namespace pulse::lvsd {

namespace {

constexpr auto look_interval = std::chrono::seconds(5);

/// Who changes a setting again and again is named so often.
constexpr auto quiet_time = std::chrono::minutes(10);

/// What the kernel is to have: 0 leaves its value alone.
ipvs::Timeouts over(const ipvs::Timeouts& wanted, ipvs::Timeouts actual) {
    if (wanted.tcp.count() > 0) actual.tcp = wanted.tcp;
    if (wanted.tcp_fin.count() > 0) actual.tcp_fin = wanted.tcp_fin;
    if (wanted.udp.count() > 0) actual.udp = wanted.udp;
    return actual;
}

}  // namespace

void KernelSettings::want(const config::Config& config, TimePoint now) {
    sysctls_ = config.sysctls.values;
    timeouts_ = {.tcp = config.tcp_timeout, .tcp_fin = config.tcpfin_timeout, .udp = config.udp_timeout};
    refused_.clear();
    bring_about(Occasion::wanted, now);
    for (const auto& advice : director::kernel_advice(config, kernel_.read)) log::warning("{}", advice);
}

void KernelSettings::look(TimePoint now) {
    if (now < look_at_) return;
    bring_about(Occasion::looked_at, now);
}

void KernelSettings::bring_about(Occasion occasion, TimePoint now) {
    look_at_ = now + look_interval;
    for (const auto& [name, value] : sysctls_) set_sysctl(name, value, occasion, now);
    if (over(timeouts_, {}) != ipvs::Timeouts{}) set_timeouts(occasion, now);
}

void KernelSettings::set_sysctl(const std::string& name, int value, Occasion occasion, TimePoint now) {
    const auto what = fmt::format("{} = {}", name, value);
    if (kernel_.read(name) == value)
        refused_.erase(what);
    else
        note(what, kernel_.write(name, value), occasion, now);
}

void KernelSettings::set_timeouts(Occasion occasion, TimePoint now) {
    const std::string what = "IPVS timeouts";
    const auto actual = kernel_.timeouts();
    if (!actual) return note(what, tl::unexpected(actual.error()), occasion, now);
    if (over(timeouts_, *actual) == *actual)
        refused_.erase(what);
    else
        note(what, kernel_.set_timeouts(timeouts_), occasion, now);
}

void KernelSettings::note(const std::string& what, const Result<void>& done, Occasion occasion,
                          TimePoint now) {
    if (!done) {
        if (refused_.insert(what).second) log::error("{}; trying again", done.error().message());
        return;
    }
    if (refused_.erase(what) > 0 || occasion == Occasion::wanted) return log::info("set: {}", what);
    auto& quiet_until = quiet_until_[what];
    if (now < quiet_until) return;
    quiet_until = now + quiet_time;
    log::warning("somebody else changed a setting of the kernel; put back: {}", what);
}

}  // namespace pulse::lvsd
