// The IPVS, address and packet clients against a real kernel. Run by tools/lab exec.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/kernel/converge.h"
#include "pulse/kernel/packet_sender.h"
#include "pulse/kernel/route.h"
#include "pulse/net/arp.h"

#include "shell.h"

namespace pulse::lab {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }

ipvs::ServiceEntry web_service(std::string_view address = "10.9.0.1") {
    ipvs::ServiceEntry entry;
    entry.service.id = ipvs::ServiceId::at(net::Protocol::tcp, {ip(address), {80}});
    entry.service.scheduler = "wrr";
    for (const auto* server : {"10.9.1.1", "10.9.1.2"}) {
        const net::Endpoint endpoint{ip(server), {8080}};
        entry.destinations[endpoint] = {
            .endpoint = endpoint, .forwarding = ipvs::Forwarding::masquerade, .weight = 3};
    }
    return entry;
}

ipvs::Table table_with(const ipvs::ServiceEntry& entry) { return {{entry.service.id, entry}}; }

class KernelTable : public testing::Test {
  protected:
    void SetUp() override {
        auto opened = kernel::IpvsClient::open();
        ASSERT_TRUE(opened) << opened.error().message();
        client.emplace(std::move(*opened));
        ASSERT_TRUE(client->flush());
    }

    ipvs::Table actual() {
        const auto dump = client->dump();
        EXPECT_TRUE(dump);
        return ipvs::table_of(*dump);
    }

    std::vector<ipvs::Step> converge(const ipvs::Table& desired,
                                     const std::set<ipvs::ServiceId>& owned = {}) {
        auto done = kernel::converge(*client, desired, owned);
        EXPECT_TRUE(done) << done.error().message();
        if (!done) return {};
        for (const auto& refusal : done->refused) ADD_FAILURE() << refusal.error.message();
        return std::move(done->made);
    }

    std::optional<kernel::IpvsClient> client;
};

TEST_F(KernelTable, ConvergesToWhatIsDesired) {
    const auto desired = table_with(web_service());
    EXPECT_EQ(converge(desired).size(), 3U);
    EXPECT_EQ(actual(), desired);
}

TEST_F(KernelTable, RefusedStepIsReportedAndDoesNotStopTheOthers) {
    const auto entry = web_service();
    std::vector<ipvs::Step> steps{ipvs::AddService{entry.service}};
    for (unsigned i = 1; i <= 200; ++i) {  // several batches
        const net::Endpoint endpoint{net::IpAddress::v4(0x0a090100 + i), {80}};
        steps.emplace_back(ipvs::AddDestination{
            entry.service.id, {.endpoint = endpoint, .forwarding = ipvs::Forwarding::masquerade}});
    }
    steps.insert(steps.begin() + 100, ipvs::DeleteDestination{entry.service.id, {ip("10.9.9.9"), {1}}});
    steps.emplace_back(ipvs::AddService{entry.service});

    const auto failed = client->apply(steps);
    ASSERT_TRUE(failed) << failed.error().message();
    ASSERT_EQ(failed->size(), 2U);
    EXPECT_EQ(failed->at(0).index, 100U);
    EXPECT_EQ(failed->at(0).error.code.value(), ENOENT);
    EXPECT_THAT(failed->at(0).error.message(), HasSubstr("remove server 10.9.9.9:1 from TCP 10.9.0.1:80"));
    EXPECT_EQ(failed->at(1).index, steps.size() - 1);
    EXPECT_EQ(failed->at(1).error.code.value(), EEXIST);
    EXPECT_EQ(actual().at(entry.service.id).destinations.size(), 200U);
}

TEST_F(KernelTable, WritesNothingWhenNothingDiffers) {
    const auto desired = table_with(web_service());
    converge(desired);
    EXPECT_THAT(converge(desired), IsEmpty());
}

TEST_F(KernelTable, EditsInPlace) {
    auto entry = web_service();
    converge(table_with(entry));
    entry.service.scheduler = "rr";
    entry.service.persistence = ipvs::Persistence{
        .timeout = std::chrono::seconds(60), .mask = *net::Netmask::parse("255.255.255.0", net::Family::v4)};
    entry.destinations.begin()->second.weight = 0;
    const auto steps = converge(table_with(entry));
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<ipvs::EditService>(steps[0]));
    EXPECT_TRUE(std::holds_alternative<ipvs::EditDestination>(steps[1]));
    EXPECT_EQ(actual(), table_with(entry));
}

TEST_F(KernelTable, LeavesForeignServicesAlone) {
    const auto foreign = web_service("10.9.0.99");
    converge(table_with(foreign));
    converge(table_with(web_service()));
    EXPECT_EQ(actual().size(), 2U);
    converge({}, {web_service().service.id});
    EXPECT_EQ(actual(), table_with(foreign));
}

TEST_F(KernelTable, RepairsWhatAStrangerChanged) {
    const auto desired = table_with(web_service());
    converge(desired);
    ASSERT_EQ(run("ipvsadm -d -t 10.9.0.1:80 -r 10.9.1.1:8080").status, 0);
    EXPECT_EQ(converge(desired).size(), 1U);
    EXPECT_EQ(actual(), desired);
}

TEST_F(KernelTable, HoldsEveryKindOfService) {
    ipvs::Table desired = table_with(web_service());
    const auto add = [&](ipvs::Service service, std::vector<ipvs::Destination> servers) {
        ipvs::ServiceEntry entry{.service = std::move(service), .destinations = {}};
        for (const auto& server : servers) entry.destinations[server.endpoint] = server;
        desired.emplace(entry.service.id, entry);
    };
    add({.id = ipvs::ServiceId::at(net::Protocol::udp, {ip("10.9.0.1"), {53}}),
         .scheduler = "rr",
         .one_packet = true},
        {{.endpoint = {ip("10.9.1.1"), {53}}, .forwarding = ipvs::Forwarding::direct}});
    add({.id = ipvs::ServiceId::at(net::Protocol::tcp, {ip("fd00:9::1"), {443}}),
         .scheduler = "sh",
         .scheduler_flags = 0x18,
         .persistence = ipvs::Persistence{.timeout = std::chrono::seconds(300),
                                          .mask = net::Netmask::prefix(net::Family::v6, 64)}},
        {{.endpoint = {ip("fd00:9:1::1"), {443}}, .forwarding = ipvs::Forwarding::masquerade}});
    add({.id = ipvs::ServiceId::marked({7})}, {{.endpoint = {ip("10.9.1.3"), {0}},
                                                .forwarding = ipvs::Forwarding::tunnel,
                                                .weight = 5,
                                                .upper_threshold = 100,
                                                .lower_threshold = 50}});
    add({.id = ipvs::ServiceId::marked({4'000'000'000U}, net::Family::v6)}, {});
    converge(desired);
    EXPECT_EQ(actual(), desired);
}

TEST_F(KernelTable, KeepsTheKernelsReasonForARefusal) {
    const auto entry = web_service();
    const auto missing = client->apply(ipvs::DeleteService{entry.service.id});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code.value(), ESRCH);
    converge(table_with(entry));
    const auto twice = client->apply(ipvs::AddService{entry.service});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code.value(), EEXIST);
    const auto gone = client->apply(ipvs::DeleteDestination{entry.service.id, {ip("10.9.1.9"), {80}}});
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code.value(), ENOENT);
    EXPECT_THAT(gone.error().message(), HasSubstr("remove server 10.9.1.9:80 from TCP 10.9.0.1:80"));
}

TEST_F(KernelTable, WhatIsRefusedIsNamedAndStopsNothingElse) {
    auto refused = web_service();
    refused.service.id.endpoint.port = {79};  // planned before the other
    refused.service.scheduler = "nosuch";
    auto desired = table_with(web_service());
    desired.emplace(refused.service.id, refused);
    const auto done = kernel::converge(*client, desired, {});
    ASSERT_TRUE(done);
    EXPECT_EQ(actual(), table_with(web_service()));
    EXPECT_EQ(done->made.size(), 3U);
    ASSERT_EQ(done->refused.size(), 1U);  // its servers are not complained about as well
    EXPECT_EQ(done->refused[0].error.code.value(), ENOENT);
    EXPECT_THAT(done->refused[0].error.message(),
                HasSubstr("add service TCP 10.9.0.1:79; this kernel has no scheduler \"nosuch\""));
}

TEST_F(KernelTable, RandomTablesFollowOneAnother) {
    std::mt19937 random(7);
    const auto random_table = [&] {
        ipvs::Table table;
        for (unsigned s = 0; s < 6; ++s) {
            if (random() % 3 == 0) continue;
            ipvs::ServiceEntry entry;
            entry.service.id = ipvs::ServiceId::at(net::Protocol::tcp,
                                                   {ip("10.9.0.1"), {static_cast<std::uint16_t>(80 + s)}});
            entry.service.scheduler = random() % 2 == 0 ? "rr" : "wlc";
            for (unsigned d = 0; d < 5; ++d) {
                if (random() % 3 == 0) continue;
                const net::Endpoint endpoint{net::IpAddress::v4(0x0a090100 + d + 1), {80}};
                entry.destinations[endpoint] = {.endpoint = endpoint,
                                                .forwarding = ipvs::Forwarding::masquerade,
                                                .weight = static_cast<std::int32_t>(random() % 4)};
            }
            table.emplace(entry.service.id, entry);
        }
        return table;
    };
    std::set<ipvs::ServiceId> owned;
    for (int round = 0; round < 20; ++round) {
        const auto desired = random_table();
        for (const auto& [id, entry] : desired) owned.insert(id);
        converge(desired, owned);
        ASSERT_EQ(actual(), desired) << "round " << round;
    }
}

TEST_F(KernelTable, OurListingIsThePackagedOnes) {
    ASSERT_EQ(
        run("ipvsadm -A -t 10.9.0.1:80 -s wrr && ipvsadm -a -t 10.9.0.1:80 -r 10.9.1.1:8080 -m -w 3 &&"
            "ipvsadm -a -t 10.9.0.1:80 -r 10.9.1.2 -g && ipvsadm -a -t 10.9.0.1:80 -r 10.9.1.3 -i -w 0 &&"
            "ipvsadm -A -t 10.9.0.1:443 -s sh -p 600 -M 255.255.255.0 && ipvsadm -A -u 10.9.0.1:53 -s rr -o "
            "&&"
            "ipvsadm -A -t [fd00:9::1]:80 && ipvsadm -a -t [fd00:9::1]:80 -r [fd00:9:1::1]:80 -m &&"
            "ipvsadm -A -f 7 -p && ipvsadm -A -f 8 -6 -p 100 -M 64 && ipvsadm -A -t 10.9.0.2:5060 -p 50")
            .status,
        0);
    for (const auto* arguments :
         {"-Ln", "-L -n", "-ln", "-Ln -t 10.9.0.1:80", "-Ln -f 7", "-L -n -t 10.9.9.9:80"}) {
        const auto ours = run(std::string("ipvsadm ") + arguments);
        const auto packaged = run(std::string("/usr/sbin/ipvsadm ") + arguments);
        EXPECT_EQ(ours.text, packaged.text) << arguments;
        EXPECT_EQ(ours.status, packaged.status) << arguments;
    }
    EXPECT_THAT(run("command -v ipvsadm").text, testing::Not(Eq("/usr/sbin/ipvsadm\n")));
}

TEST_F(KernelTable, OurToolSaysWhenItLacksTheRight) {
    const auto nobody = [](const std::string& program) {
        return run("setpriv --reuid 65534 --clear-groups " + program + " -Ln");
    };
    const auto ours = nobody("ipvsadm");
    const auto packaged = nobody("/usr/sbin/ipvsadm");
    EXPECT_EQ(ours.text, packaged.text);
    EXPECT_EQ(ours.status, packaged.status);
}

TEST_F(KernelTable, OurToolDoesAndRefusesWhatThePackagedOneDoes) {
    const std::vector<std::string> lines{
        "-A -t 10.9.0.1:80 -s rr",
        "-A -t 10.9.0.1:80 -s rr",
        "-a -t 10.9.0.1:80 -r 10.9.1.1 -m -w 7",
        "-a -t 10.9.0.1:80 -r 10.9.1.1 -m",
        "-e -t 10.9.0.1:80 -r 10.9.1.1 -m",
        "-e -t 10.9.0.1:80 -r 10.9.1.1:81 -m",
        "-a -t 10.9.0.9:80 -r 10.9.1.1 -m",
        "-E -t 10.9.0.1:80",
        "-E -t 10.9.0.9:80",
        "-d -t 10.9.0.1:80 -r 10.9.1.1",
        "-d -t 10.9.0.1:80 -r 10.9.1.1",
        "-A -t 10.9.0.1:81 -s nosuch",
        "-A -t 10.9.0.1",
        "-A -t 10.9.0.1 -p",
        "-A -f 0",
        "-A",
        "-A -t 10.9.0.1:82 -r 10.9.1.1",
        "-a -t 10.9.0.1:80",
        "-A -t 10.9.0.1:83 -p 0",
        "-A -t 10.9.0.1:83 -o",
        "-A -t 10.9.0.1:83 -s rr -s rr",
        "-A -t 10.9.0.1:83 -D",
        "-A -t 10.9.0.1:83 word",
        "-A -t 10.9.0.1:83 --bogus",
        "-At 10.9.0.1:84 -srr",
        "-D -t 10.9.0.1:84",
        "-D -t 10.9.0.1:84",
        "-n",
        "word",
        "-C",
        "-C -n",
    };
    const auto replay = [&](const std::string& program) {
        std::vector<std::string> results;
        EXPECT_EQ(run("/usr/sbin/ipvsadm -C").status, 0);
        for (const auto& line : lines) {
            const auto done = run(program + " " + line);
            const auto table = run("/usr/sbin/ipvsadm -Ln");
            results.push_back(line + " -> " + std::to_string(done.status) + "\n" + done.text + table.text);
        }
        return results;
    };
    // Under the same name, which a message quotes.
    ASSERT_EQ(run("mkdir -p /run/ours /run/packaged && cp $(command -v ipvsadm) /run/ours && cp "
                  "/usr/sbin/ipvsadm /run/packaged")
                  .status,
              0);
    const auto packaged = replay("PATH=/run/packaged:$PATH ipvsadm");
    const auto ours = replay("PATH=/run/ours:$PATH ipvsadm");
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(ours[i], packaged[i]);
}

class KernelAddresses : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(
            run("ip link add lab0 type veth peer name lab1 && ip link set lab0 up && ip link set lab1 up")
                .status,
            0);
        auto opened = kernel::RouteClient::open();
        ASSERT_TRUE(opened) << opened.error().message();
        route.emplace(std::move(*opened));
        const auto found = route->link("lab0");
        ASSERT_TRUE(found);
        link = *found;
    }
    void TearDown() override { EXPECT_EQ(run("ip link del lab0").status, 0); }

    static void TearDownTestSuite() { (void)run("ip netns del lab-peer"); }

    std::optional<kernel::RouteClient> route;
    kernel::Link link;
};

/// Makes changes that all must succeed.
void change(kernel::RouteClient& route, const std::vector<net::AddressChange>& changes) {
    const auto changed = route.change_addresses(
        changes, [](std::size_t, const Error& error) { ADD_FAILURE() << error.message(); });
    ASSERT_TRUE(changed) << changed.error().message();
}
net::AddressChange adding(const kernel::InterfaceAddress& address) {
    return {net::AddressChange::Kind::add, address};
}
net::AddressChange removing(const kernel::InterfaceAddress& address) {
    return {net::AddressChange::Kind::remove, address};
}

TEST_F(KernelAddresses, ComeAndGoWithTheirLabel) {
    const kernel::InterfaceAddress vip{
        .link_index = link.index, .label = "lab0:1", .address = ip("10.9.0.10"), .prefix_length = 24};
    change(*route, {adding(vip)});
    const auto shown = run("ip -4 addr show dev lab0").text;
    EXPECT_THAT(shown, HasSubstr("inet 10.9.0.10/24 brd 10.9.0.255 scope global lab0:1"));
    const auto listed = route->addresses();
    ASSERT_TRUE(listed);
    EXPECT_EQ(std::ranges::count(*listed, ip("10.9.0.10"), &kernel::InterfaceAddress::address), 1);
    change(*route, {removing(vip)});
    EXPECT_THAT(run("ip -4 addr show dev lab0").text, testing::Not(HasSubstr("10.9.0.10")));
}

TEST_F(KernelAddresses, AddingOrRemovingTwiceIsNoError) {
    const kernel::InterfaceAddress vip{
        .link_index = link.index, .label = "lab0:1", .address = ip("10.9.0.10"), .prefix_length = 32};
    change(*route, {adding(vip), adding(vip), removing(vip), removing(vip)});
    EXPECT_THAT(run("ip -4 addr show dev lab0").text, testing::Not(HasSubstr("10.9.0.10")));
}

TEST_F(KernelAddresses, IPv6IsUsableAtOnce) {
    const kernel::InterfaceAddress vip{
        .link_index = link.index, .label = "", .address = ip("fd00:9::a"), .prefix_length = 64};
    change(*route, {adding(vip)});
    const auto shown = run("ip -6 addr show dev lab0").text;
    EXPECT_THAT(shown, HasSubstr("fd00:9::a/64 scope global nodad deprecated \n"));
    EXPECT_THAT(shown, HasSubstr("preferred_lft 0sec"));
}

TEST_F(KernelAddresses, OneThatIsRefusedIsNamedAndTheOthersComeUp) {
    const auto numbered = [&](int n) {
        return kernel::InterfaceAddress{.link_index = link.index,
                                        .label = "lab0",
                                        .address = net::IpAddress::v4(0x0a090100U + static_cast<unsigned>(n)),
                                        .prefix_length = 32};
    };
    std::vector<net::AddressChange> changes;
    for (int n = 0; n < 200; ++n) changes.push_back(adding(numbered(n)));
    changes[70].address.link_index = 9999;   // no such device
    changes[199].address.link_index = 9999;  // the last of a batch, whose answer is the batch's
    std::vector<std::size_t> refused;
    const auto changed =
        route->change_addresses(changes, [&](std::size_t index, const Error&) { refused.push_back(index); });
    ASSERT_TRUE(changed) << changed.error().message();
    EXPECT_EQ(refused, (std::vector<std::size_t>{70, 199}));
    const auto listed = route->addresses();
    ASSERT_TRUE(listed);
    EXPECT_EQ(std::ranges::count(*listed, link.index, &kernel::InterfaceAddress::link_index),
              198 + 1);  // and its IPv6 link-local one
}

TEST_F(KernelAddresses, MissingDeviceIsAnError) {
    const auto missing = route->link("lab9");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code.value(), ENODEV);
}

TEST_F(KernelAddresses, LinkTellsMacAndCarrier) {
    EXPECT_NE(link.mac, net::Mac{});
    EXPECT_TRUE(link.carrier);
    ASSERT_EQ(run("ip link set lab1 down").status, 0);
    EXPECT_TRUE(within(std::chrono::seconds(5), [&] { return !route->link("lab0")->carrier; }));
}

void must_not_be_refused(std::size_t, const Error& error) { ADD_FAILURE() << error.message(); }

TEST_F(KernelAddresses, AnnouncementMovesANeighboursEntry) {
    // lab1 lives in a namespace of its own, so that the two really talk over the wire.
    ASSERT_EQ(
        run("ip netns add lab-peer && ip link set lab1 netns lab-peer && ip -n lab-peer link set lab1 up &&"
            "ip -n lab-peer addr add 10.9.0.2/24 dev lab1 &&"
            "ip -n lab-peer neigh add 10.9.0.10 lladdr 02:00:00:00:00:99 dev lab1 nud reachable")
            .status,
        0);
    const auto sender = kernel::PacketSender::open();
    ASSERT_TRUE(sender);
    const auto frame =
        net::encode(net::gratuitous_arp(net::ArpOperation::request, ip("10.9.0.10"), link.mac));
    const kernel::OutgoingFrame outgoing{.link_index = link.index, .bytes = frame};
    // A neighbour ignores a change within a second of the last one (net.ipv4.neigh.*.locktime).
    EXPECT_TRUE(within(std::chrono::seconds(10), [&] {
        EXPECT_EQ(sender->send(std::span(&outgoing, 1), must_not_be_refused), 1U);
        return run("ip -n lab-peer neigh show 10.9.0.10").text.find(link.mac.to_string()) !=
               std::string::npos;
    }));
}

/// Run by a ctest of its own that passes only if this one is seen to fail: a lab that reports success
/// whatever happens would prove nothing.
TEST(DISABLED_Harness, CanFail) { EXPECT_EQ(run("ipvsadm -D -t 10.9.9.9:80").status, 0); }

}  // namespace
}  // namespace pulse::lab
