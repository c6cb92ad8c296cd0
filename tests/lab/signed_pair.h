#pragma once

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cluster.h"

namespace pulse::lab {

/// Two routers whose heartbeats are signed, with a warm standby, as tests/lab/pair-*.cf has them.
class SignedPair : public testing::Test {
  protected:
    static constexpr const char* key_file = "/etc/sysconfig/ha/heartbeat.key";
    /// For what must not fail to happen.
    static constexpr std::chrono::seconds forever{30};

    /// Both routers run, know of each other, and the standby could take over at once.
    void SetUp() override;
    /// The file is as it was; both routers know.
    void TearDown() override;

    [[nodiscard]] static std::string everything() { return Cluster::log("primary") + Cluster::log("backup"); }
    [[nodiscard]] std::string active() const { return cluster.active(); }
    [[nodiscard]] bool has_role(const std::string& router) const;

    /// `pulsectl status --json`; an empty object if there is no answer.
    [[nodiscard]] static nlohmann::json status(const std::string& router);

    /// What a router has logged in this test.
    [[nodiscard]] std::string logged(const std::string& router) const;
    /// A router logs this in the end.
    [[nodiscard]] bool says(const std::string& router, const std::string& text) const;

    /// `pulsectl set WORDS` in the file, which both routers reread.
    void set(const std::string& words);

    /// A client asks every 10 ms while something happens; its longest outage goes into the test's record.
    template <class Happening>
    std::string outage_while(Happening happening) {
        std::string summary;
        std::thread client(
            [&] { summary = Cluster::ask("--interval 10 --timeout 1000 --for 6", cluster.service()); });
        std::this_thread::sleep_for(std::chrono::seconds(1));
        happening();
        client.join();
        return recorded(summary);
    }

    Cluster cluster;

  private:
    static std::string recorded(const std::string& summary);

    std::map<std::string, std::size_t> log_start_;
    bool file_changed_ = false;
};

}  // namespace pulse::lab
