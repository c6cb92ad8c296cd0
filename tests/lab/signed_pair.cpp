#include "signed_pair.h"

#include <cstdio>
#include <fstream>

#include "shell.h"

namespace pulse::lab {

using nlohmann::json;

void SignedPair::SetUp() {
    if (!std::ifstream(key_file)) {
        ASSERT_EQ(run("pulsectl genkey").status, 0);
    }
    ASSERT_TRUE(cluster.become_healthy()) << everything();
    ASSERT_TRUE(within(forever, [&] {
        const auto partner = status(active())["partner"];
        return partner.is_object() && partner.value("ready", false) && partner.value("hears", false) &&
               partner.value("able", false);
    })) << everything();
    for (const std::string router : {"primary", "backup"}) log_start_[router] = Cluster::log(router).size();
}

void SignedPair::TearDown() {
    if (file_changed_) {
        EXPECT_EQ(run("cp /tmp/lvs.cf.before $LAB_FILE").status, 0);
        for (const std::string router : {"primary", "backup"})
            if (!cluster.pids(router, "pulse").empty()) (void)Cluster::pulsectl(router, "reload");
    }
    if (HasFailure()) std::fputs(everything().c_str(), stdout);
}

bool SignedPair::has_role(const std::string& router) const {
    return within(forever, [&] { return active() == router; });
}

json SignedPair::status(const std::string& router) {
    const auto answer = Cluster::pulsectl(router, "status --json");
    const auto parsed = json::parse(answer.text, nullptr, false);
    return parsed.is_object() ? parsed : json::object();
}

std::string SignedPair::logged(const std::string& router) const {
    return Cluster::log(router).substr(log_start_.at(router));
}

bool SignedPair::says(const std::string& router, const std::string& text) const {
    return within(forever, [&] { return logged(router).find(text) != std::string::npos; });
}

void SignedPair::set(const std::string& words) {
    if (!file_changed_) {
        ASSERT_EQ(run("cp $LAB_FILE /tmp/lvs.cf.before").status, 0);
    }
    file_changed_ = true;
    const auto changed = run("pulsectl set " + words);
    ASSERT_EQ(changed.status, 0) << changed.text;
    for (const std::string router : {"primary", "backup"}) {
        if (cluster.pids(router, "pulse").empty()) continue;
        const auto reloaded = Cluster::pulsectl(router, "reload");
        ASSERT_EQ(reloaded.status, 0) << reloaded.text;
    }
}

std::string SignedPair::recorded(const std::string& summary) {
    const auto last = summary.substr(summary.rfind("requests "));
    if (const auto outage = last.find("outage_ms "); outage != std::string::npos)
        RecordProperty("outage_ms", std::stoi(last.substr(outage + 10)));
    std::printf("%s: %s", testing::UnitTest::GetInstance()->current_test_info()->name(), last.c_str());
    return last;
}

}  // namespace pulse::lab
