#pragma once

#include <chrono>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "router.h"

namespace pulse::failover {

/// Two routers, each apart from the other, that are told what the partner says in heartbeats of format 2.
class Details : public testing::Test {
  protected:
    Details() {
        for (auto* router : {&primary, &backup}) {
            router->settings.details = true;
            router->settings.links = 2;
            router->settings.paths = {"public", "private"};
        }
        says.sender = Identity::backup;
        says.able = says.hears = true;
        says.links_up = 2;
    }

    /// `router` hears its partner say `says`, every keepalive for so long.
    void hear_for(Router& router, Duration time) {
        says.sender = &router == &primary ? Identity::backup : Identity::primary;
        std::vector<Action> all;
        for (const auto end = router.now + time; router.now < end;) {
            router.hear(says);
            all.insert(all.end(), router.actions.begin(), router.actions.end());
            const auto waited = router.wait(std::min<Duration>(router.settings.keepalive, end - router.now));
            all.insert(all.end(), waited.begin(), waited.end());
        }
        router.actions = all;
    }
    void partner_is_active(Duration since) {
        says.standing = heartbeat::Standing::active;
        says.active_for = std::chrono::duration_cast<std::chrono::milliseconds>(since);
    }
    static heartbeat::Report last_said(const Router& router) {
        for (auto one = router.actions.rbegin(); one != router.actions.rend(); ++one)
            if (const auto* said = std::get_if<SendHeartbeat>(&*one)) return said->report;
        ADD_FAILURE() << "nothing said";
        return {};
    }

    Router primary{Identity::primary};
    Router backup{Identity::backup};
    heartbeat::Report says;
};

}  // namespace pulse::failover
