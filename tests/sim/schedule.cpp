#include "schedule.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "random.h"

namespace pulse::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, kinds> names{
    "cut",    "mend",      "lose",      "delay",       "duplicate",  "freeze",     "suspend",
    "kill",   "power_off", "start",     "stop",        "order",      "link_down",  "link_up",
    "links",  "pings",     "lvsd_dies", "lvsd_breaks", "lvsd_hangs", "lvsd_mends", "reload",
    "replay", "garbage",   "servers",   "partner",     "details",    "warm",       "paths"};

Blow random_blow(Random& random, Duration at) {
    Blow blow{.at = at,
              .kind = static_cast<Kind>(random.below(fault_kinds)),
              .node = random.below(2),
              .which = random.below(2)};
    const auto is = [&](Kind one, Kind other) { return blow.kind == one || blow.kind == other; };
    blow.amount = random.below(2);
    if (is(Kind::lose, Kind::duplicate)) blow.amount = random.below(101);
    if (blow.kind == Kind::delay) blow.amount = random.below(120);
    if (is(Kind::freeze, Kind::suspend)) blow.amount = random.below(random.one_in(2) ? 120 : 500);
    if (is(Kind::links, Kind::pings)) blow.amount = random.below(3);
    if (blow.kind == Kind::replay) blow.amount = 1 + random.below(40);
    return blow;
}

/// The blows of the exhaustive search.
constexpr std::array<Blow, 17> small_set{{
    {.kind = Kind::cut, .node = 0, .which = 2},
    {.kind = Kind::cut, .node = 1, .which = 2},
    {.kind = Kind::mend, .node = 2, .which = 2},
    {.kind = Kind::freeze, .node = 0, .amount = 200},
    {.kind = Kind::freeze, .node = 1, .amount = 200},
    {.kind = Kind::kill, .node = 0},
    {.kind = Kind::power_off, .node = 1},
    {.kind = Kind::start, .node = 2},
    {.kind = Kind::stop, .node = 0},
    {.kind = Kind::order, .node = 0},
    {.kind = Kind::order, .node = 1},
    {.kind = Kind::link_down, .node = 0},
    {.kind = Kind::link_up, .node = 2},
    {.kind = Kind::lvsd_breaks, .node = 1},
    {.kind = Kind::pings, .node = 1, .amount = 1},
    {.kind = Kind::servers, .node = 0, .amount = 0},
    {.kind = Kind::partner, .node = 0, .amount = 0},
}};

constexpr std::array<Setup, 4> small_setups{{
    {.details = true, .prefer_servers = true},
    {.details = false, .automatic_links = true},
    {.details = true, .warm = true, .auto_failback = true, .automatic_links = true, .prefer_servers = true},
    {.details = false, .warm = true, .auto_failback = true},
}};

}  // namespace

Schedule fault_schedule(std::uint64_t seed) {
    Random random(seed);
    Schedule schedule{.seed = seed};
    auto& setup = schedule.setup;
    constexpr std::array<Duration, 4> keepalives{50ms, 200ms, 1s, 2s};
    setup.keepalive = keepalives.at(random.below(4));
    setup.deadtime = setup.keepalive * (4 + random.below(7)) / 2;  // 2 to 5 keepalives
    setup.details = !random.one_in(3);
    setup.signs = random.one_in(16);
    setup.warm = random.one_in(2);
    setup.auto_failback = random.one_in(3);
    setup.synchronised = random.one_in(3);
    if (random.one_in(4)) setup.initdead = setup.deadtime * (1 + random.below(4));
    if (random.one_in(2)) setup.failback_delay = setup.deadtime * random.below(6);
    if (random.one_in(2)) setup.backup_starts_after = setup.deadtime * random.below(400) / 100;
    setup.drift = static_cast<int>(random.below(21)) - 10;
    setup.one_stays_down = random.one_in(4);
    // Few blows: some effect of each; many: whatever comes of it.
    const auto count = random.one_in(3) ? random.below(4) : random.below(24);
    const auto span = setup.deadtime * (2 + random.below(20));
    for (unsigned i = 0; i < count; ++i)
        schedule.blows.push_back(random_blow(random, span * random.below(10'000) / 10'000));
    std::ranges::stable_sort(schedule.blows, {}, &Blow::at);
    schedule.end = span;
    return schedule;
}

Schedule random_schedule(std::uint64_t seed) {
    auto schedule = fault_schedule(seed);
    Random random(seed ^ 0xfa5e5U);
    auto& setup = schedule.setup;
    setup.automatic_links = random.one_in(2);
    setup.prefer_servers = !random.one_in(4);
    for (auto& servers : setup.servers_at_end)
        if (random.one_in(3)) servers = random.below(5);
    if (random.one_in(4)) setup.lvsd_takes = 180;
    const auto count = random.one_in(4) ? 0 : random.below(8);
    for (unsigned i = 0; i < count; ++i) {
        Blow blow{.at = schedule.end * random.below(10'000) / 10'000,
                  .kind = Kind::servers,
                  .node = random.below(2),
                  .amount = random.below(5)};
        if (random.one_in(2)) {
            blow.kind = static_cast<Kind>(fault_kinds + 1 + static_cast<int>(random.below(4)));
            blow.amount = random.below(2);
        }
        schedule.blows.push_back(blow);
    }
    std::ranges::stable_sort(schedule.blows, {}, &Blow::at);
    return schedule;
}

std::uint64_t small_schedules(int depth) {
    std::uint64_t count = small_setups.size();
    for (int i = 0; i < depth; ++i) count *= small_set.size();
    return count;
}

Schedule small_schedule(std::uint64_t index, int depth) {
    Schedule schedule{.seed = index};
    schedule.setup = small_setups.at(index % small_setups.size());
    index /= small_setups.size();
    auto at = schedule.setup.deadtime * 3;
    for (int i = 0; i < depth; ++i, index /= small_set.size()) {
        auto blow = small_set.at(index % small_set.size());
        blow.at = at;
        at += schedule.setup.deadtime * 3 / 2;
        schedule.blows.push_back(blow);
    }
    schedule.end = at;
    return schedule;
}

std::string to_string(const Schedule& schedule) {
    const auto ms = [](Duration time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    };
    const auto& setup = schedule.setup;
    auto text = fmt::format(
        "seed {}: keepalive {} ms, deadtime {} ms, initdead {} ms, format {}, {}, failback {} after {} ms, "
        "sync {}, links {}, servers {} ({} and {} of 4 at the end), lvsd takes {} % of deadtime, backup "
        "starts after {} ms, its clock "
        "{:+} per "
        "thousand, {}\n",
        schedule.seed, ms(setup.keepalive), ms(setup.deadtime), ms(setup.initdead), setup.details ? 2 : 1,
        setup.warm ? "warm" : "cold", setup.auto_failback, ms(setup.failback_delay), setup.synchronised,
        setup.automatic_links ? "automatic" : "strict", setup.prefer_servers ? "preferred" : "of no matter",
        setup.servers_at_end[0], setup.servers_at_end[1], setup.lvsd_takes, ms(setup.backup_starts_after),
        setup.drift, setup.one_stays_down ? "who is down stays down" : "all start in the end");
    for (const auto& blow : schedule.blows)
        text +=
            fmt::format("  {:7} ms {} node {} which {} amount {}\n", ms(blow.at),
                        names.at(static_cast<std::size_t>(blow.kind)), blow.node, blow.which, blow.amount);
    return text + fmt::format("  {:7} ms all mended\n", ms(schedule.end));
}

}  // namespace pulse::sim
