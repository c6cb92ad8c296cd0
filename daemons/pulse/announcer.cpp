#include "announcer.h"

#include <algorithm>
#include <span>

#include "pulse/log/log.h"

namespace pulse::daemon {

void Announcer::start(TimePoint now) {
    frames_.complain_again();
    running_ = true;
    said_finished_ = false;
    for (auto& lane : lanes_) {
        lane.at = failover::Announcement::beginning(now);
        lane.due = now;
        lane.finished = false;
    }
}

void Announcer::want(const std::vector<failover::FloatingAddress>& addresses,
                     const failover::AnnouncementSettings& settings, TimePoint now) {
    settings_ = settings;
    if (addresses == addresses_) return;
    addresses_ = addresses;
    std::vector<Lane> lanes;
    for (const auto& floating : addresses_) {
        auto lane = std::ranges::find(lanes, floating.device(), &Lane::device);
        if (lane == lanes.end()) {
            const auto before = std::ranges::find(lanes_, floating.device(), &Lane::device);
            lane = lanes.insert(lanes.end(), Lane{.device = floating.device()});
            if (before != lanes_.end()) lane->patience = before->patience;
        }
        lane->addresses.push_back(floating);
    }
    lanes_ = std::move(lanes);
    if (running_) start(now);
}

void Announcer::go_on(TimePoint now) {
    if (!running_) return;
    // The one that has waited longest; the loop turns before the next.
    const auto next = std::ranges::min_element(lanes_, {}, &Lane::due);
    if (next != lanes_.end() && next->due <= now) step(*next, now);
}

TimePoint Announcer::due_at() const {
    const auto next = std::ranges::min_element(lanes_, {}, &Lane::due);
    return running_ && next != lanes_.end() ? next->due : TimePoint::max();
}

void Announcer::step(Lane& lane, TimePoint now) {
    using Form = AddressFrames::Form;
    const auto step = failover::next_step(lane.at, lane.addresses.size(), now, settings_);
    const auto due = std::span(lane.addresses).subspan(step.first, step.count);
    const auto sent = frames_.send(due, step.sweep == 0 ? Form::request : Form::reply);
    const bool was_stuck = lane.patience.stuck();
    if (sent > 0) lane.patience.moved();
    if (sent < due.size()) {
        lane.at.next = step.first + sent;
        lane.due = lane.patience.full(now);
        if (lane.patience.stuck() && !was_stuck)
            log::warning("{} takes no frames: its floating addresses are not announced until it does",
                         lane.device);
    } else {
        lane.at = step.then;
        lane.due = step.wake_at;  // the greatest time if it is over
        lane.finished = lane.finished || step.finished;
        if (was_stuck) log::info("{} takes frames again", lane.device);
    }
    say_when_finished();
}

void Announcer::say_when_finished() {
    const auto is_done = [](const Lane& lane) { return lane.finished || lane.patience.stuck(); };
    if (said_finished_ || !std::ranges::all_of(lanes_, is_done)) return;
    said_finished_ = true;
    log::info("gratuitous lvs arps finished");
}

std::vector<std::string> Announcer::stuck_devices() const {
    std::vector<std::string> stuck;
    for (const auto& lane : lanes_)
        if (running_ && lane.patience.stuck()) stuck.push_back(lane.device);
    return stuck;
}

}  // namespace pulse::daemon
