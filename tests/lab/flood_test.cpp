// What somebody on the routers' network who has no key can do with heartbeats. Run by tools/lab up
// pair-signed.cf.
#include <numeric>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pulse/heartbeat/authenticated.h"
#include "pulse/runtime/file.h"

#include "namespace.h"
#include "power.h"
#include "shell.h"
#include "signed_pair.h"

namespace pulse::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

class FloodTest : public SignedPair {
  protected:
    void SetUp() override {
        SignedPair::SetUp();
        if (HasFatalFailure()) return;
        router = active();
        standby = Cluster::other(router);
        const auto& config = cluster.config();
        from = *(router == "primary" ? config.primary : config.backup);
        to = *(router == "primary" ? config.backup : config.primary);
        record();
    }

    /// What the active router says to the standby over the public path.
    void record() {
        const Wiretap tap(standby);
        while (recorded.size() < 10) {
            const auto packet = tap.next(539, 5000);
            ASSERT_TRUE(packet);
            if (packet->from == from.to_string() && packet->to == to.to_string())
                recorded.push_back(packet->payload);
        }
    }

    [[nodiscard]] Forger::Packet forged(const Bytes& bytes, const std::string& sender) const {
        return Forger::packet(sender, to.to_string(), 539, bytes);
    }

    /// One of each kind that must do nothing, as often as each other.
    [[nodiscard]] std::vector<Forger::Packet> every_kind() const {
        const auto& genuine = recorded.front();
        auto changed = genuine;
        changed.at(40) ^= 1U;
        auto other_version = genuine;
        other_version.at(4) = 3;
        auto other_number = genuine;
        other_number.at(5) ^= 0x80U;
        auto oversized = genuine;
        oversized.resize(1400, 0x55);
        heartbeat::Key key;
        key.id = genuine.at(5);
        heartbeat::Message claim{.header = {.epoch = 1, .sequence = 1}, .report = {}};
        claim.report.standing = heartbeat::Standing::active;
        const auto wrong_key = heartbeat::Codec({key}).encode(claim, {.from = from, .to = to});
        const std::vector<Bytes> kinds{changed,
                                       other_version,
                                       other_number,
                                       oversized,
                                       wrong_key,
                                       {},
                                       {0xda, 0xdb, 0xad, 0xbd},
                                       {0xbd, 0xda, 0xbd, 0xad},
                                       Bytes(1400, 0x55),
                                       {genuine.begin(), genuine.begin() + 60}};
        std::vector<Forger::Packet> packets;
        for (const auto& kind : kinds) packets.push_back(forged(kind, from.to_string()));
        for (const auto& old : recorded) packets.push_back(forged(old, from.to_string()));
        for (int n = 0; n < 5; ++n) packets.push_back(forged(genuine, "10.0.0.77"));
        return packets;
    }

    /// Processor time of a process so far, in seconds.
    [[nodiscard]] static double used_by(int pid) {
        const auto stat = runtime::read_file("/proc/" + std::to_string(pid) + "/stat");
        std::istringstream words(stat ? stat->substr(stat->rfind(')') + 2) : "");
        std::vector<std::string> fields;
        for (std::string word; words >> word;) fields.push_back(word);
        return static_cast<double>(std::stol(fields.at(11)) + std::stol(fields.at(12))) /
               static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

    [[nodiscard]] static long number(const json& path, const std::string& counter) {
        return path.contains(counter) ? path[counter].get<long>() : path["refused"][counter].get<long>();
    }

    std::string router;
    std::string standby;
    net::IpAddress from;
    net::IpAddress to;
    std::vector<Bytes> recorded;
};

TEST_F(FloodTest, FiftyThousandUselessDatagramsASecondChangeNothingAndAreCounted) {
    constexpr long wanted_rate = 50'000;
    constexpr auto time = 4s;
    const auto kinds = every_kind();
    // 50 to a system call.
    std::vector<Forger::Packet> burst;
    while (burst.size() < 50) burst.insert(burst.end(), kinds.begin(), kinds.end());
    const auto before = status(standby);
    const int pid = cluster.pids(standby, "pulse").front();
    const Forger forger("client");

    const auto used_before = used_by(pid);
    const auto began = std::chrono::steady_clock::now();
    long sent = 0;
    while (std::chrono::steady_clock::now() < began + time) {
        sent += static_cast<long>(forger.send(burst));
        const auto due = began + sent * std::chrono::nanoseconds(1s) / wanted_rate;
        // The guest's clock ticks every 10 ms.
        if (due > std::chrono::steady_clock::now() + 10ms) std::this_thread::sleep_until(due);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto used = used_by(pid) - used_before;
    const auto rate = static_cast<int>(static_cast<double>(sent) / took.count());
    const auto share = static_cast<int>(100 * used / took.count());

    const auto after = status(standby);
    EXPECT_EQ(after["role"], before["role"]);
    EXPECT_EQ(after["takeovers"], before["takeovers"]);
    EXPECT_EQ(after["partner"]["alive"], true);
    EXPECT_EQ(active(), router);
    const auto& was = before["heartbeat"]["paths"][0];
    const auto& path = after["heartbeat"]["paths"][0];
    long counted = 0;
    for (const auto* counter : {"strangers", "replayed", "wrong signature", "other format", "wrong length",
                                "wrong version", "unknown key"}) {
        const auto more = number(path, counter) - number(was, counter);
        EXPECT_GT(more, 0) << counter;
        counted += more;
    }
    EXPECT_GT(number(path, "heard"), number(was, "heard")) << "the partner is heard all the same";
    const auto log = Cluster::log(standby);  // of this test or of one within the last minute
    EXPECT_THAT(log, HasSubstr("heartbeats refused over the public path"));
    const auto stranger = log.find("Unexpected heartbeat from 10.0.0.77");
    EXPECT_NE(stranger, std::string::npos);
    EXPECT_EQ(log.find("Unexpected heartbeat", stranger + 1), std::string::npos) << "once a minute";
    RecordProperty("datagrams_per_second", rate);
    RecordProperty("judged_percent", static_cast<int>(100 * counted / sent));
    RecordProperty("pulse_percent_of_a_processor", share);
    std::printf("%d datagrams a second, of which %ld %% were judged; pulse used %d %% of a processor\n", rate,
                100 * counted / sent, share);
}

TEST_F(FloodTest, ARestartedRouterBelievesNoRecording) {
    // Both die; the standby comes back alone. "The partner is active" is all it hears, and all of it is old.
    // The standby first: it shall not take the role before it dies.
    for (const auto& name : {standby, router}) kill_suite(cluster, name);
    ASSERT_TRUE(within(forever, [&] { return cluster.pids(standby, "pulse").empty(); }));
    const auto before = Cluster::log(standby).size();
    cluster.start(standby);
    const Forger forger("client");
    const auto play = [&] {
        for (const auto& packet : recorded) forger.send(from.to_string(), to.to_string(), 539, packet);
    };
    EXPECT_TRUE(within(forever, [&] {
        play();
        return Cluster::log(standby).find("partner dead: activating lvs", before) != std::string::npos;
    })) << "recordings keep a dead partner alive";
    EXPECT_TRUE(within(forever, [&] {
        play();
        const auto seen = status(standby);
        return seen.contains("heartbeat") && seen["heartbeat"]["paths"][0]["unproven"] > 0;
    }));
}

}  // namespace
}  // namespace pulse::lab
