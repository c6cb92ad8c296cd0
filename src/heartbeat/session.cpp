#include "pulse/heartbeat/session.h"

#include <algorithm>

namespace pulse::heartbeat {

namespace {

/// Recordings of more epochs than this, played at once, could crowd out the real one while it starts.
constexpr std::size_t most_unproven = 8;

}  // namespace

Header Session::next(TimePoint now) {
    roll(now);
    std::erase_if(unproven_, [&](const Heard& one) { return now - one.at > window_; });
    Header header{.epoch = epoch_, .sequence = ++sent_};
    // Each in its turn: the partner may still need its own number, and a recording must not take all turns.
    const auto turn = turn_++ % (unproven_.size() + 1);
    const Heard* repeated = turn == 0 ? &partner_ : &unproven_.at(turn - 1);
    if (repeated->epoch == 0 && !unproven_.empty()) repeated = &unproven_.front();
    header.heard_epoch = repeated->epoch;
    header.heard_sequence = repeated->sequence;
    return header;
}

Freshness Session::receive(const Header& header, std::size_t path, TimePoint now) {
    roll(now);
    if (header.epoch == epoch_) return Freshness::replayed;
    if (header.epoch == partner_.epoch) return judge(header, path);
    if (header.heard_epoch == epoch_ && header.heard_sequence <= barrier_) return Freshness::replayed;
    if (!proves(header)) {
        remember(header, now);
        return Freshness::unproven;
    }
    adopt(header, path);
    return Freshness::fresh;
}

Freshness Session::judge(const Header& header, std::size_t path) {
    if (last_on_path_.size() <= path) last_on_path_.resize(path + 1);
    auto& last = last_on_path_[path];
    if (header.sequence <= std::max(last, floor_)) return Freshness::replayed;
    last = header.sequence;
    if (header.sequence <= partner_.sequence) return Freshness::copy;
    partner_.sequence = header.sequence;
    return Freshness::fresh;
}

bool Session::proves(const Header& header) const {
    return header.heard_epoch == epoch_ && header.heard_sequence > recent_ && header.heard_sequence <= sent_;
}

void Session::adopt(const Header& header, std::size_t path) {
    barrier_ = sent_;
    partner_ = {.epoch = header.epoch, .sequence = header.sequence};
    floor_ = header.sequence - 1;
    last_on_path_.assign(path + 1, 0);
    last_on_path_.back() = header.sequence;
    std::erase_if(unproven_, [&](const Heard& one) { return one.epoch == header.epoch; });
}

void Session::remember(const Header& header, TimePoint now) {
    const auto known = std::ranges::find(unproven_, header.epoch, &Heard::epoch);
    if (known != unproven_.end()) {
        *known = {.epoch = header.epoch, .sequence = header.sequence, .at = now};
        return;
    }
    if (unproven_.size() == most_unproven)
        unproven_.erase(std::ranges::min_element(unproven_, {}, &Heard::at));
    unproven_.push_back({.epoch = header.epoch, .sequence = header.sequence, .at = now});
}

void Session::roll(TimePoint now) {
    if (now - rolled_at_ < window_ / 2) return;
    recent_ = now - rolled_at_ < window_ ? middle_ : sent_;
    middle_ = sent_;
    rolled_at_ = now;
}

}  // namespace pulse::heartbeat
