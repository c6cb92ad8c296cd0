#include "addresses.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <span>
#include <utility>

#include "pulse/log/log.h"

namespace pulse::daemon {

namespace {

using failover::AddressTrouble;
using failover::FloatingAddress;
using Kind = net::AddressChange::Kind;

/// A slice of about a millisecond.
constexpr std::size_t slice = 32;

/// How often one pass looks again after a change that failed.
constexpr int most_looks = 3;

constexpr Duration first_distance = std::chrono::milliseconds(200);
constexpr Duration longest_distance = std::chrono::seconds(10);
/// Between looks that find nothing to do, however much happens.
constexpr Duration quiet_distance = std::chrono::milliseconds(50);
/// What the kernel tells nobody of, such as a sysctl, is noticed that late.
constexpr Duration slow_look = std::chrono::seconds(15);

bool has(const std::vector<FloatingAddress>& all, const net::IpAddress& address) {
    return std::ranges::find(all, address, &FloatingAddress::address) != all.end();
}

std::string reason_for(const net::AddressChange& change, const Error& error, const std::string& device) {
    const int number = error.code.value();
    const bool no_ipv6 = !change.address.address.is_v4() &&
                         (number == EACCES || number == EOPNOTSUPP || number == EAFNOSUPPORT);
    return no_ipv6 ? "IPv6 is off on " + device : error.code.message();
}

std::string device_of(const failover::AddressView& view, int index) {
    const auto link = std::ranges::find(view.links, index, &net::Link::index);
    return link == view.links.end() ? "device " + std::to_string(index) : link->name;
}

}  // namespace

void Addresses::Pace::worked(TimePoint now) {
    const bool rested = distance == Duration{0} || now > rests_at + longest_distance;
    distance = rested ? first_distance : std::min(2 * distance, longest_distance);
    earliest = rests_at = now + distance;
}

void Addresses::Pace::looked(TimePoint now) { earliest = std::max(earliest, now + quiet_distance); }

Addresses::Addresses(std::unique_ptr<AddressKernel> kernel, failover::AddressRecord record, Listener listener)
    : kernel_(std::move(kernel)),
      record_(std::move(record)),
      told_record_(record_),
      listener_(std::move(listener)) {}

void Addresses::want(std::vector<FloatingAddress> wanted, TimePoint now) {
    wanted_ = std::move(wanted);
    wanted_devices_.clear();
    for (const auto& floating : wanted_) {
        wanted_devices_.insert(floating.device());
        if (std::ranges::find(known_, floating) == known_.end()) known_.push_back(floating);
        known_addresses_.insert(floating.address);
    }
    if (wish_ == Wish::undecided) return;
    if (wish_ == Wish::down) {
        look_at_ = now;
        return;
    }
    const auto before = std::exchange(due_, {});
    for (const auto& floating : wanted_)
        if (has(before, floating.address)) due_.push_back(floating);
    begin(false);
    change(pass_->plan.leaving);
    if (is_done()) conclude(now);
}

void Addresses::wish(Wish wish) {
    pace_ = {};
    if (std::exchange(wish_, wish) != wish)
        troubles_.clear();  // what was wrong is right now, and the reverse
}

void Addresses::raise(TimePoint now) {
    wish(Wish::up);
    due_ = wanted_;
    begin(false);
    advance(now);
}

void Addresses::drop(TimePoint now) {
    wish(Wish::down);
    due_.clear();
    begin(false);
    while (pass_) advance(now);
}

void Addresses::begin(bool repair) {
    pass_.emplace();
    pass_->repair = repair;
    look();
}

void Addresses::look() {
    auto& pass = *pass_;
    ++pass.looks;
    pass.done = 0;
    pass.failed.clear();
    pass.broken.reset();
    pass.plan = {};
    pass.strangers.clear();
    news_ = false;
    auto view = read();
    if (!view) {
        pass.broken = view.error();
        return;
    }
    pass.view = std::move(*view);
    record_ = failover::added_by_pulse(pass.view, known_, record_);
    if (wish_ == Wish::down) {
        pass.plan.changes = failover::removal(pass.view, record_);
        pass.strangers = failover::strangers(pass.view, wanted_, record_);
        return;
    }
    pass.plan = failover::plan(pass.view, due_, record_);
    if (!pass.repair || pass.looks > 1) return;
    const auto& missing = pass.plan.missing;
    std::string gone;
    for (const auto& address : missing)
        if (has(up_, address)) gone += (gone.empty() ? "" : ", ") + address.to_string();
    pass.repairs = !gone.empty();
    if (pass.repairs) log::warning("floating addresses were taken away, raising them again: {}", gone);
}

Result<failover::AddressView> Addresses::read() {
    failover::AddressView view;
    const auto keep = [&](Result<net::Link> link) -> Result<void> {
        if (link)
            view.links.push_back(std::move(*link));
        else if (link.error().code != std::errc::no_such_device)
            return fail(link.error(), "");
        return {};
    };
    auto present = kernel_->addresses();
    if (!present) return fail(present.error(), "");
    view.present = std::move(*present);
    for (const auto& name : wanted_devices_)
        if (auto kept = keep(kernel_->link(name)); !kept) return fail(kept.error(), "");
    device_indexes_.clear();
    for (const auto& link : view.links) device_indexes_.insert(link.index);
    auto asked = device_indexes_;
    std::set<net::IpAddress> recorded;
    for (const auto& added : record_) recorded.insert(added.address);
    for (const auto& copy : view.present) {
        const bool matters = copy.protocol == failover::address_protocol ||
                             known_addresses_.contains(copy.address) || recorded.contains(copy.address);
        if (!matters || !asked.insert(copy.link_index).second) continue;
        if (auto kept = keep(kernel_->link(copy.link_index)); !kept) return fail(kept.error(), "");
    }
    return view;
}

void Addresses::change(std::size_t count) {
    auto& pass = *pass_;
    const auto changes = std::span(pass.plan.changes).subspan(pass.done, count);
    if (changes.empty()) return;
    std::set<std::size_t> refused;
    const auto changed = kernel_->change(changes, [&](std::size_t index, const Error& error) {
        refused.insert(index);
        pass.failed.emplace_back(changes[index], error);
    });
    pass.done += count;
    pass.changed = true;
    if (!changed) {
        pass.broken = changed.error();
        return;
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (refused.contains(i)) continue;
        const auto& address = changes[i].address;
        failover::AddedAddress added{device_of(pass.view, address.link_index), address.address,
                                     address.prefix_length};
        if (changes[i].kind == Kind::add)
            record_.insert(std::move(added));
        else
            record_.erase(added);
    }
}

bool Addresses::is_done() const {
    const bool doubtful = !pass_->failed.empty() || pass_->broken;
    return pass_->broken
               ? pass_->looks == most_looks
               : pass_->done == pass_->plan.changes.size() && (!doubtful || pass_->looks == most_looks);
}

void Addresses::advance(TimePoint now) {
    if (pass_->broken || (pass_->done == pass_->plan.changes.size() && !pass_->failed.empty())) look();
    const auto left = pass_->plan.changes.size() - pass_->done;
    change(wish_ == Wish::down ? left : std::min(slice, left));
    if (is_done()) conclude(now);
}

void Addresses::go_on(TimePoint now) {
    if (pass_) return advance(now);
    if (wish_ == Wish::undecided || now < look_at_) return;
    begin(true);
    advance(now);
}

void Addresses::conclude(TimePoint now) {
    const auto pass = std::move(*pass_);
    pass_.reset();
    up_ = up_after(pass);
    const auto before = std::exchange(troubles_, troubles_of(pass));
    if (pass.changed)
        pace_.worked(now);
    else
        pace_.looked(now);
    const bool retry = pass.broken || (wish_ == Wish::down && !pass.failed.empty());
    if (retry && !pass.changed) pace_.worked(now);
    look_at_ = retry || news_ ? pace_.earliest : now + slow_look;

    Outcome outcome{.repaired = pass.repairs, .record_changed = record_ != told_record_};
    told_record_ = record_;
    for (const auto& trouble : troubles_)
        if (std::ranges::find(before, trouble) == before.end()) outcome.appeared.push_back(trouble);
    for (const auto& trouble : before)
        if (std::ranges::find(troubles_, trouble.address, &AddressTrouble::address) == troubles_.end())
            outcome.ended.push_back(trouble);
    listener_(outcome);
}

std::vector<FloatingAddress> Addresses::up_after(const Pass& pass) const {
    if (pass.broken) return up_;  // as far as anybody knows
    std::set<net::IpAddress> not_added;
    std::set<net::IpAddress> not_removed;
    for (const auto& [change, error] : pass.failed)
        (change.kind == Kind::add ? not_added : not_removed).insert(change.address.address);
    for (const auto& floating : pass.plan.homeless) not_added.insert(floating.address);
    std::vector<FloatingAddress> up;
    for (const auto& floating : wish_ == Wish::up ? due_ : wanted_)
        if (wish_ == Wish::up ? !not_added.contains(floating.address)
                              : not_removed.contains(floating.address))
            up.push_back(floating);
    return up;
}

std::vector<AddressTrouble> Addresses::troubles_of(const Pass& pass) const {
    std::vector<AddressTrouble> troubles;
    if (pass.broken) {
        const auto reason = "this host's addresses cannot be read or changed: " + pass.broken->message();
        for (const auto& floating : wish_ == Wish::up ? due_ : up_)
            if (wish_ == Wish::down || !has(up_, floating.address))
                troubles.push_back({floating.address, wish_ == Wish::up, reason});
        return troubles;
    }
    for (const auto& floating : pass.plan.homeless)
        troubles.push_back({floating.address, true, "there is no device " + floating.device()});
    for (const auto& [change, error] : pass.failed)
        troubles.push_back({change.address.address, change.kind == Kind::add,
                            reason_for(change, error, device_of(pass.view, change.address.link_index))});
    if (wish_ == Wish::down)
        for (const auto& copy : pass.strangers)
            if (!has(up_, copy.address))
                troubles.push_back({copy.address, false,
                                    "it is up on " + device_of(pass.view, copy.link_index) +
                                        ", where pulse did not put it, and is left there"});
    return troubles;
}

bool Addresses::concerns_us(const kernel::RouteChanges& changes) const {
    const auto is_wanted = [&](const auto& copy) { return known_addresses_.contains(copy.address); };
    // An address of the host's own may want to be the first of its network, or show that IPv6 is on now.
    const auto is_near = [&](const auto& copy) { return device_indexes_.contains(copy.link_index); };
    const auto is_under = [&](const auto& link) { return wanted_devices_.contains(link.name); };
    return changes.lost || std::ranges::any_of(changes.removed, is_wanted) ||
           std::ranges::any_of(changes.added, is_wanted) || std::ranges::any_of(changes.added, is_near) ||
           std::ranges::any_of(changes.links, is_under) || std::ranges::any_of(changes.gone_links, is_under);
}

void Addresses::see(const kernel::RouteChanges& changes, TimePoint now) {
    if (wish_ == Wish::undecided || !concerns_us(changes)) return;
    news_ = true;
    if (!pass_) look_at_ = std::min(look_at_, std::max(now, pace_.earliest));
}

}  // namespace pulse::daemon
