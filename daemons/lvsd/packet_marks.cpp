#include "packet_marks.h"

#include "pulse/director/marks.h"
#include "pulse/log/log.h"

namespace pulse::lvsd {

namespace {

constexpr auto look_interval = std::chrono::seconds(5);

}  // namespace

Result<void> PacketMarks::apply() {
    if (!table_) {
        auto opened = kernel::NftTable::open(director::mark_table);
        if (!opened) return tl::unexpected(opened.error());
        table_ = *std::move(opened);
    }
    if (auto done = table_->replace(rules_); !done) return done;
    auto shown = table_->list();
    if (!shown) return tl::unexpected(shown.error());
    applied_ = *std::move(shown);
    return {};
}

void PacketMarks::attempt() {
    applied_.clear();
    const auto done = apply();
    if (!done && !complained_)
        log::error("{}; no packet gets a mark from mark_ports until that works", done.error().message());
    if (done) log::info("packets for mark_ports are marked (nft list table {})", director::mark_table);
    complained_ = !done;
}

void PacketMarks::want(const config::Config& config) {
    auto rules = director::mark_rules(config);
    if (rules == rules_) return;
    rules_ = std::move(rules);
    complained_ = false;
    if (rules_.empty())
        remove();
    else
        attempt();
}

void PacketMarks::look(TimePoint now) {
    if (rules_.empty() || now < look_at_) return;
    look_at_ = now + look_interval;
    if (applied_.empty()) return attempt();
    const auto shown = table_->list();
    if (shown && *shown == applied_) return;
    log::warning("somebody else changed the rules that mark packets; putting them back");
    attempt();
}

void PacketMarks::remove() {
    rules_.clear();
    applied_.clear();
    if (!table_) return;
    if (auto done = table_->remove(); !done) log::error("{}", done.error().message());
}

}  // namespace pulse::lvsd
