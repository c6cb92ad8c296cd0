#include <algorithm>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "pulse/base/match.h"

#include "helpers.h"

namespace pulse::ipvs {
namespace {

using Random = std::mt19937;

/// The kernel, as far as a table goes: refuses what it would refuse by failing the test.
void apply(const Step& step, Table& table) {
    match(
        step,
        [&](const AddService& s) {
            ASSERT_TRUE(
                table.emplace(s.service.id, ServiceEntry{.service = s.service, .destinations = {}}).second);
        },
        [&](const EditService& s) {
            ASSERT_TRUE(table.contains(s.service.id));
            table.at(s.service.id).service = s.service;
        },
        [&](const DeleteService& s) { ASSERT_EQ(table.erase(s.id), 1U); },
        [&](const AddDestination& s) {
            ASSERT_TRUE(table.contains(s.service));
            ASSERT_TRUE(
                table.at(s.service).destinations.emplace(s.destination.endpoint, s.destination).second);
        },
        [&](const EditDestination& s) {
            ASSERT_TRUE(table.contains(s.service));
            ASSERT_TRUE(table.at(s.service).destinations.contains(s.destination.endpoint));
            table.at(s.service).destinations.at(s.destination.endpoint) = s.destination;
        },
        [&](const DeleteDestination& s) {
            ASSERT_TRUE(table.contains(s.service));
            ASSERT_EQ(table.at(s.service).destinations.erase(s.endpoint), 1U);
        });
}

/// Few values of everything, so that two tables share much and differ in all ways.
class PlanProperty : public testing::Test {
  protected:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
    bool rarely() { return below(4) == 0; }

    Service service(const ServiceId& id) {
        Service made{.id = id};
        if (rarely()) made.scheduler = "rr";
        if (rarely()) made.scheduler_flags = 0x08;
        made.one_packet = rarely();
        if (rarely()) made.persistence = persistent(below(2) == 0 ? 300 : 600);
        return made;
    }

    Destination destination(std::uint32_t number) {
        return {.endpoint = {.address = net::IpAddress::v4(0x0a00000b + number), .port = {80}},
                .forwarding = rarely() ? Forwarding::masquerade : Forwarding::direct,
                .weight = static_cast<std::int32_t>(below(3)),
                .upper_threshold = rarely() ? 100U : 0U};
    }

    Table table() {
        static const std::vector<ServiceId> ids{tcp("10.0.0.1", 80), udp("10.0.0.1", 80), tcp("fd00::1", 80),
                                                ServiceId::marked({7}),
                                                ServiceId::marked({7}, net::Family::v6)};
        Table made;
        for (const auto& id : ids) {
            if (rarely()) continue;
            std::vector<Destination> servers;
            for (std::uint32_t number = 0; number < 4; ++number)
                if (below(2) == 0) servers.push_back(destination(number));
            made.insert(entry(service(id), servers));
        }
        return made;
    }

    /// A table, or one that differs from `other` in one or two things.
    Table like(const Table& other) {
        if (rarely() || other.empty()) return table();
        auto made = other;
        auto& changed = std::next(made.begin(), below(static_cast<std::uint32_t>(made.size())))->second;
        if (below(2) == 0) changed.service = service(changed.service.id);
        const auto server = destination(below(4));
        changed.destinations.insert_or_assign(server.endpoint, server);
        return made;
    }

    static constexpr int rounds = 3000;

  private:
    Random random_{20240601};  // NOLINT(cert-msc51-cpp): the same cases on every run
};

/// How many servers of a service take new connections.
long open_servers(const Table& table, const ServiceId& id) {
    const auto found = table.find(id);
    if (found == table.end()) return 0;
    return std::ranges::count_if(found->second.destinations,
                                 [](const auto& d) { return d.second.weight > 0; });
}

TEST_F(PlanProperty, AnAppliedPlanIsTheDesiredTable) {
    for (int round = 0; round < rounds; ++round) {
        const auto actual = table();
        const auto desired = like(actual);
        auto result = actual;
        for (const auto& step : plan(actual, desired))
            ASSERT_NO_FATAL_FAILURE(apply(step, result)) << describe(step);
        ASSERT_TRUE(result == desired) << "round " << round;
    }
}

TEST_F(PlanProperty, ATableThatIsAsDesiredIsLeftAlone) {
    for (int round = 0; round < rounds; ++round) {
        const auto same = table();
        ASSERT_TRUE(plan(same, same).empty()) << "round " << round;
    }
}

/// With as many steps as there are differences, an edit can not be a removal and an addition.
TEST_F(PlanProperty, APlanHasOneStepForEachDifference) {
    for (int round = 0; round < rounds; ++round) {
        const auto actual = table();
        const auto desired = like(actual);
        std::size_t differences = 0;
        for (const auto& [id, wanted] : desired) {
            const auto found = actual.find(id);
            const auto present = found == actual.end() ? ServiceEntry{} : found->second;
            differences += found == actual.end() || present.service != wanted.service ? 1 : 0;
            for (const auto& [endpoint, server] : wanted.destinations) {
                const auto was = present.destinations.find(endpoint);
                differences += was == present.destinations.end() || was->second != server ? 1 : 0;
            }
            for (const auto& [endpoint, server] : present.destinations)
                differences += wanted.destinations.contains(endpoint) ? 0 : 1;
        }
        for (const auto& [id, present] : actual) differences += desired.contains(id) ? 0 : 1;
        ASSERT_EQ(plan(actual, desired).size(), differences) << "round " << round;
    }
}

TEST_F(PlanProperty, AServiceIsNeverEmptierInBetweenThanBeforeOrAfter) {
    for (int round = 0; round < rounds; ++round) {
        const auto actual = table();
        const auto desired = like(actual);
        auto now = actual;
        for (const auto& step : plan(actual, desired)) {
            ASSERT_NO_FATAL_FAILURE(apply(step, now));
            for (const auto& [id, wanted] : desired)
                ASSERT_GE(open_servers(now, id),
                          std::min(open_servers(actual, id), open_servers(desired, id)))
                    << "round " << round << " after: " << describe(step);
        }
    }
}

}  // namespace
}  // namespace pulse::ipvs
