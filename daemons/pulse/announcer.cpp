#include "announcer.h"

#include <span>

#include "pulse/log/log.h"

namespace pulse::daemon {

void Announcer::start() {
    at_ = failover::Announcement::beginning(Clock::now());
    running_ = true;
    step();
}

void Announcer::cancel() {
    running_ = false;
    timer_.cancel();
}

void Announcer::want(std::vector<failover::FloatingAddress> addresses,
                     const failover::AnnouncementSettings& settings) {
    const bool changed = addresses != addresses_;
    addresses_ = std::move(addresses);
    settings_ = settings;
    if (running_ && changed) start();
}

void Announcer::step() {
    using Form = AddressFrames::Form;
    const auto now = Clock::now();
    if (at_.sweep == 0 && at_.next == 0) frames_.look_up_devices();  // a bond may have taken another MAC
    auto step = failover::next_step(at_, addresses_.size(), now, settings_);
    const auto due = std::span(addresses_).subspan(step.first, step.count);
    const auto sent = frames_.send(due, step.sweep == 0 ? Form::request : Form::reply);
    if (sent < due.size()) {  // a device's queue is full: what is left comes when it has drained
        constexpr auto drained = std::chrono::milliseconds(2);
        at_.next = step.first + sent;
        step.wake_at = now + drained;
    } else {
        at_ = step.then;
        if (step.finished) log::info("gratuitous lvs arps finished");
        running_ = !step.over;
    }
    if (!running_) return;
    timer_.expires_at(step.wake_at);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled && running_) this->step();
    });
}

}  // namespace pulse::daemon
