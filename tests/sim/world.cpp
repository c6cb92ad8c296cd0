// What the role machine's actions do to the world, and what the world does to it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pulse/base/match.h"

#include "simulation.h"

namespace pulse::sim {

using failover::Role;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_queue = 256;  // what a socket's buffer holds of small datagrams
constexpr std::size_t most_recorded = 400;

net::IpAddress address(unsigned node, unsigned path) {
    return net::IpAddress::v4(0x0a000001U + node + 256U * path);
}

}  // namespace

void Simulation::boot(unsigned n) {
    auto& node = nodes_.at(n);
    if (node.running || node.frozen) return;
    note(n, "starts");
    node.state = {};
    node.running = true;
    node.slept_long = false;
    node.epoch = random_.next() | 1U;
    node.epoch_began = now_;
    node.session.emplace(node.epoch, node.settings.deadtime);
    feed(n, failover::Started{.serving = node.addresses});
    tell_links(n);
    feed(n, failover::PingsChanged{node.pings});
}

/// What lvs.cf says anew at a reload.
void Simulation::configure(unsigned n, const Setup& setup) {
    auto& settings = nodes_.at(n).settings;
    settings.partner = true;
    settings.details = setup.details;
    settings.warm = setup.warm;
    settings.paths = {"public", "private"};
    settings.links = setup.automatic_links ? 0 : 2;
    nodes_.at(n).ways = 2;
}

void Simulation::reload(unsigned n) {
    worse_since_ = cut_off_since_ = {};
    feed(n, failover::Reconfigured{});
    tell_links(n);
}

/// As the link monitor does: who is alone watches none, and by the automatic rule none is counted.
void Simulation::tell_links(unsigned n) {
    auto& node = nodes_.at(n);
    const bool automatic = schedule_.setup.automatic_links;
    node.settings.links = automatic || !node.settings.partner ? 0 : 2;
    failover::LinksChanged links{.up = node.link || !node.settings.partner, .count = {}};
    if (!automatic) links.count = node.settings.partner ? node.links : std::uint16_t{0};
    feed(n, links);
}

/// Its checks show how many real servers it reaches, some time after that has changed.
void Simulation::find_servers(unsigned n) {
    auto& node = nodes_.at(n);
    if (!node.settings.prefer_servers) return;
    const auto number = node.child_number;
    later(node.settings.deadtime * (1 + random_.below(80)) / 100, [this, n, number] {
        const auto& at = nodes_.at(n);
        if (at.child_number != number || at.child != Node::Child::running) return;
        feed(n, failover::ServersChanged{static_cast<std::uint16_t>(250 * at.servers)});
    });
}

void Simulation::feed(unsigned n, const failover::Event& event) {
    auto& node = nodes_.at(n);
    if (!node.running || broken_) return;
    if (node.frozen)
        node.waiting.push_back(event);
    else
        deliver_event(n, event);
}

void Simulation::deliver_event(unsigned n, const failover::Event& event) {
    auto& node = nodes_.at(n);
    const auto before = node.state.role;
    auto next = failover::step(node.state, event, node.local(now_), node.settings);
    node.state = std::move(next.state);
    if (before == Role::standby && node.state.role != Role::standby) {
        ++node.claims;
        watch_claim(n);
    }
    for (const auto& action : next.actions) {
        perform(n, action);
        watch_action(n, action);
        if (!node.running) return;
    }
    const auto number = ++alarm_.at(n);
    const auto wait = std::max(Duration{0}, node.world(next.wake_at) - now_) + 1us;
    later(wait, [this, n, number] {
        if (alarm_.at(n) == number) feed(n, failover::Woken{});
    });
}

void Simulation::perform(unsigned n, const failover::Action& action) {
    auto& node = nodes_.at(n);
    match(
        action, [&](const failover::SendHeartbeat& a) { send(n, a.report); },
        [&](const failover::StartLvsd&) { start_lvsd(n); },
        [&](const failover::StopLvsd& a) { end_lvsd(n, a.leave_table); },
        [&](const failover::ClearTable&) {
            // As the runner does: nothing while one is there, who then clears it.
            if (node.child == Node::Child::none || node.child == Node::Child::ending) end_lvsd(n, false);
        },
        [&](const failover::RaiseAddresses&) { node.addresses = true; },
        [&](const failover::DropAddresses&) { node.addresses = false; }, [&](const failover::Announce&) {},
        [&](const failover::RunActiveCommand&) {}, [&](const failover::RunInactiveCommand&) {},
        [&](const failover::Synchronise&) {}, [&](const failover::Log& a) { note(n, a.text); },
        [&](const failover::Exit&) { node.running = false; });
}

void Simulation::start_lvsd(unsigned n) {
    auto& node = nodes_.at(n);
    if (node.child == Node::Child::starting || node.child == Node::Child::running) return;
    const auto number = ++node.child_number;
    node.child = Node::Child::starting;
    if (node.lvsd_hangs)  // pulse asks whether it lives, and replaces it
        return later(node.settings.ready_limit * 3 / 2, [this, n, number] {
            if (nodes_.at(n).child_number == number) lvsd_dies(n);
        });
    later(node.settings.deadtime * (1 + random_.below(schedule_.setup.lvsd_takes)) / 100, [this, n, number] {
        auto& at = nodes_.at(n);
        if (at.child_number != number || at.child != Node::Child::starting) return;
        if (at.lvsd_broken) return lvsd_dies(n);
        at.child = Node::Child::running;
        at.table = true;
        feed(n, failover::LvsdReady{});
        find_servers(n);
    });
}

void Simulation::end_lvsd(unsigned n, bool leave_table) {
    auto& node = nodes_.at(n);
    const auto number = ++node.child_number;
    node.child = Node::Child::ending;
    later(node.settings.deadtime * (1 + random_.below(10)) / 100, [this, n, number, leave_table] {
        auto& at = nodes_.at(n);
        if (at.child_number != number) return;
        at.child = Node::Child::none;
        if (!leave_table) at.table = false;
        feed(n, failover::LvsdStopped{});
    });
}

void Simulation::lvsd_dies(unsigned n) {
    auto& node = nodes_.at(n);
    if (node.child != Node::Child::starting && node.child != Node::Child::running) return;
    ++node.child_number;
    node.child = Node::Child::none;
    note(n, "lvsd dies");
    feed(n, failover::LvsdCrashed{.pid = 1, .how = "died"});
}

void Simulation::send(unsigned n, const heartbeat::Report& report) {
    auto& node = nodes_.at(n);
    Datagram datagram{.from = n, .sent_at = now_, .details = node.settings.details};
    datagram.word = heartbeat::word_for(report);
    datagram.message.report = report;
    if (node.settings.details) datagram.message.header = node.session->next(node.local(now_));
    if (tracing_)
        note(n, fmt::format("says {}{}{}{}{}{}", report.claims() ? "running" : "stopped",
                            report.unsure ? " unsure" : "", report.able ? " able" : "",
                            report.ready ? " ready" : "", report.offers ? " offers" : "",
                            report.wants ? " wants" : ""));
    for (unsigned path = 0; path < node.ways; ++path) {
        datagram.path = path;
        if (node.settings.details && codec_)
            datagram.bytes =
                codec_->encode(datagram.message, {.from = address(n, path), .to = address(1 - n, path)});
        if (recorded_.size() < most_recorded)
            recorded_.push_back(datagram);
        else
            recorded_.at(random_.below(most_recorded)) = datagram;
        transmit(datagram);
    }
}

void Simulation::transmit(Datagram datagram) {
    const auto& way = ways_.at(datagram.path);
    if (way.cut.at(datagram.from) || random_.percent(way.loss)) return;
    const int copies = random_.percent(way.duplicates) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        const auto delay = 100us + schedule_.setup.keepalive * random_.below(1 + 100 * way.delay) / 10'000;
        later(delay, [this, datagram] { arrive(1 - datagram.from, datagram); });
    }
}

void Simulation::arrive(unsigned n, const Datagram& datagram) {
    auto& node = nodes_.at(n);
    if (!node.running) return;
    if (!node.frozen) return take(n, datagram);
    if (node.queue.size() < longest_queue) node.queue.push_back(datagram);
}

void Simulation::take(unsigned n, const Datagram& datagram) {
    auto& node = nodes_.at(n);
    if (!node.running || broken_) return;
    if (datagram.details != node.settings.details || datagram.path >= node.ways) return;
    // Words have no number: so late a one cannot be told from news.
    if (!node.settings.details && now_ - datagram.sent_at > node.settings.keepalive) late_word_at_ = now_;
    if (!node.settings.details)
        return datagram.genuine ? feed(n, failover::HeartbeatHeard{datagram.word, datagram.path}) : void();
    auto message = datagram.message;
    if (codec_) {
        const auto decoded = codec_->decode(
            datagram.bytes, {.from = address(datagram.from, datagram.path), .to = address(n, datagram.path)});
        const auto* good = std::get_if<heartbeat::Message>(&decoded);
        if ((good != nullptr) != datagram.genuine) broken("a signature was judged wrongly");
        if (good == nullptr) return;
        message = *good;
    } else if (!datagram.genuine) {
        return;
    }
    const auto& sender = nodes_.at(1 - n);
    const auto freshness = node.session->receive(message.header, datagram.path, node.local(now_));
    if (tracing_) {
        constexpr std::array names{"fresh", "copy", "replayed", "unproven"};
        note(n,
             fmt::format("hears a message of epoch {:04x} number {} that repeats {:04x} {} over way {}: {}",
                         message.header.epoch & 0xffffU, message.header.sequence,
                         message.header.heard_epoch & 0xffffU, message.header.heard_sequence, datagram.path,
                         names.at(static_cast<std::size_t>(freshness))));
    }
    // Who holds a message back can deliver it late, once, until the epoch after it has shown itself.
    if (freshness == heartbeat::Freshness::fresh && message.header.epoch != sender.epoch &&
        datagram.sent_at > node.woke_at &&
        (node.believed == sender.epoch || calm_for(3 * node.settings.deadtime)))
        broken("a message of an epoch long over was believed");
    if (freshness == heartbeat::Freshness::fresh) node.believed = message.header.epoch;
    if (datagram.replayed && freshness == heartbeat::Freshness::fresh &&
        now_ > datagram.sent_at + 2 * node.settings.deadtime && now_ > node.epoch_began &&
        datagram.sent_at < node.epoch_began)
        broken("a recording from before this router started was believed");
    switch (freshness) {
        case heartbeat::Freshness::fresh:
            return feed(n, failover::HeartbeatHeard{message.report, datagram.path});
        case heartbeat::Freshness::copy:
            return feed(n, failover::HeartbeatHeard{failover::Copy{}, datagram.path});
        case heartbeat::Freshness::unproven:
            return feed(n, failover::HeartbeatHeard{failover::Unproven{}, datagram.path});
        case heartbeat::Freshness::replayed:
            return;
    }
}

void Simulation::freeze(unsigned n, Duration time, bool clock_stands) {
    auto& node = nodes_.at(n);
    if (node.frozen || !node.running) return;
    note(n, clock_stands ? "is suspended" : "is frozen");
    node.frozen = true;
    node.clock_stands = clock_stands;
    node.frozen_at = now_;
    later(time, [this, n] { wake(n); });
}

void Simulation::wake(unsigned n) {
    auto& node = nodes_.at(n);
    if (!node.frozen) return;
    node.frozen = false;
    node.woke_at = now_;
    const auto slept = now_ - node.frozen_at;
    node.slept_long = node.settings.partner && slept >= node.settings.deadtime + node.settings.keepalive &&
                      node.running && node.state.role == Role::active;
    note(n, "is awake again");
    if (node.clock_stands) {
        node.offset -= std::chrono::duration_cast<Duration>(slept * node.rate);
        feed(n, failover::Suspended{slept});
    }
    auto events = std::exchange(node.waiting, {});
    auto queue = std::exchange(node.queue, {});
    // Timers and children first, or the socket: the loop may do either.
    const bool events_first = random_.one_in(2);
    const auto take_events = [&] {
        for (const auto& event : events) {
            // The death of one that was replaced before anybody saw it is no news any more.
            if (std::holds_alternative<failover::LvsdCrashed>(event) && node.child != Node::Child::none)
                continue;
            feed(n, event);
        }
    };
    if (events_first) take_events();
    for (const auto& datagram : queue) take(n, datagram);
    if (!events_first) take_events();
}

void Simulation::leave(unsigned n) {
    auto& node = nodes_.at(n);
    node.running = false;
    node.frozen = false;
    node.waiting.clear();
    node.queue.clear();
    ++alarm_.at(n);
    // lvsd sees its channel close and ends; the table stays.
    ++node.child_number;
    node.child = Node::Child::none;
}

void Simulation::strike(const Blow& blow) {
    for (unsigned n = 0; n < 2; ++n)
        if (blow.node == n || blow.node == 2) strike(blow, n);
}

void Simulation::strike(const Blow& blow, unsigned n) {
    auto& node = nodes_.at(n);
    const auto deadtime = node.settings.deadtime;
    const auto on_ways = [&](auto change) {
        for (unsigned path = 0; path < 2; ++path)
            if (blow.which == path || blow.which == 2) change(ways_.at(path));
    };
    switch (blow.kind) {
        case Kind::cut:
        case Kind::mend:
            note(n, blow.kind == Kind::cut ? "is not heard any more" : "can be heard");
            return on_ways([&](Way& way) { way.cut.at(n) = blow.kind == Kind::cut; });
        case Kind::lose:
            return on_ways([&](Way& way) { way.loss = blow.amount; });
        case Kind::delay:
            return on_ways([&](Way& way) { way.delay = blow.amount; });
        case Kind::duplicate:
            return on_ways([&](Way& way) { way.duplicates = blow.amount; });
        case Kind::freeze:
        case Kind::suspend:
            return freeze(n, deadtime * blow.amount / 100, blow.kind == Kind::suspend);
        case Kind::kill:
            note(n, "is killed");
            return leave(n);
        case Kind::power_off:
            note(n, "loses power");
            leave(n);
            node.addresses = false;
            node.table = false;
            return;
        case Kind::start:
            return boot(n);
        case Kind::stop:
            return feed(n, failover::StopAsked{15});
        case Kind::order:
            if (!node.running || node.frozen || failover::refuses_failover(node.state, node.settings)) return;
            node.ordered_at = node.state.role == Role::active ? now_ : TimePoint{};
            return feed(n, failover::FailoverAsked{});
        case Kind::link_down:
        case Kind::link_up:
            node.link = blow.kind == Kind::link_up;
            return tell_links(n);
        case Kind::links:
            node.links = static_cast<std::uint16_t>(blow.amount);
            return tell_links(n);
        case Kind::pings:
            node.pings = static_cast<std::uint16_t>(blow.amount);
            return feed(n, failover::PingsChanged{node.pings});
        case Kind::lvsd_breaks:
            node.lvsd_broken = true;
            return lvsd_dies(n);
        case Kind::lvsd_dies:
            return lvsd_dies(n);
        case Kind::lvsd_hangs:
            node.lvsd_hangs = true;
            return lvsd_dies(n);
        case Kind::lvsd_mends:
            node.lvsd_broken = node.lvsd_hangs = false;
            return;
        case Kind::reload:
            node.other_config = blow.amount % 2 == 1;
            node.settings.config_digest.front() = node.other_config ? 1 : 0;
            return reload(n);
        case Kind::partner:
        case Kind::details:
        case Kind::warm:
        case Kind::paths:
            if (node.frozen || (blow.kind == Kind::partner && n != 0)) return;
            note(n, "rereads its file");
            if (blow.kind == Kind::partner) node.settings.partner = blow.amount == 1;
            if (blow.kind == Kind::details) node.settings.details = blow.amount == 1;
            if (blow.kind == Kind::warm) node.settings.warm = blow.amount == 1;
            if (blow.kind == Kind::paths) {
                node.ways = 1 + blow.amount;
                node.settings.paths.resize(node.ways, "private");
            }
            return reload(n);
        case Kind::servers:
            node.servers = blow.amount;
            return find_servers(n);
        case Kind::replay:
            return replay(n, blow.amount);
        case Kind::garbage:
            if (!node.settings.details) return;  // nothing tells a forged classic heartbeat from a real one
            Datagram forged{
                .from = 1 - n, .path = blow.which % 2, .sent_at = now_, .details = true, .genuine = false};
            forged.message.header = {.epoch = 99, .sequence = 1'000'000};
            forged.message.report.standing = heartbeat::Standing::active;
            if (wrong_codec_)
                forged.bytes = wrong_codec_->encode(
                    forged.message, {.from = address(1 - n, forged.path), .to = address(n, forged.path)});
            return arrive(n, forged);
    }
}

void Simulation::replay(unsigned n, unsigned count) {
    if (!schedule_.setup.details || recorded_.empty()) return;
    for (unsigned i = 0; i < count; ++i) {
        auto datagram = recorded_.at(random_.below(static_cast<unsigned>(recorded_.size())));
        if (datagram.from == n || !datagram.details) continue;
        datagram.replayed = true;
        arrive(n, datagram);
    }
}

void Simulation::mend_all() {
    note(2, "everything is mended");
    mended_at_ = now_;
    for (auto& way : ways_) way = {.good_since = way.good_since};
    const bool any = nodes_[0].running || nodes_[1].running;
    for (unsigned n = 0; n < 2; ++n) {
        auto& node = nodes_.at(n);
        node.lvsd_broken = node.lvsd_hangs = false;
        node.link = true;
        node.links = node.pings = 2;
        node.servers = schedule_.setup.servers_at_end.at(n);
        const auto before = node.settings;
        const auto ways = node.ways;
        configure(n, schedule_.setup);
        if (node.settings.partner != before.partner || node.settings.details != before.details ||
            node.settings.warm != before.warm || node.ways != ways)
            reload(n);
        else
            tell_links(n);
        feed(n, failover::PingsChanged{node.pings});
        find_servers(n);
        if (!schedule_.setup.one_stays_down || !any) boot(n);
    }
}

}  // namespace pulse::sim
