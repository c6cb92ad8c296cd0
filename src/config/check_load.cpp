#include "checks.h"

namespace pulse::config {

void check_load(const Checked& file, const VirtualServer& service, const Block& block) {
    const auto warn = [&](std::string_view key, std::string text, std::string hint = {}) {
        file.report.warning(file.place(block, key), std::move(text), std::move(hint));
    };
    if (file.has(block, "retry_interval") && service.fall == 1)
        warn("retry_interval", "retry_interval without effect",
             "with fall = 1 the first failed check is certain enough");
    if (file.has(block, "rise") && service.rise > 0 && file.has(block, "reentry"))
        warn("reentry", "reentry without effect", "rise says how many checks bring a real server back");

    const bool reads_load = service.load_monitor && *service.load_monitor != "none";
    const bool agent = reads_load && *service.load_monitor == "agent";
    for (const auto* key : {"load_formula", "load_interval", "weight_min", "weight_max"})
        if (file.has(block, key) && !reads_load)
            return warn(key, quoted(key) + " without load_monitor has no effect");
    if (agent && service.agent_port == net::Port{0})
        file.report.error(file.place(block, "load_monitor"), "load_monitor = agent needs an agent_port",
                          "the TCP port that the real servers' agents listen on: agent_port = 9999");
    if (!agent && service.agent_port != net::Port{0})
        warn("agent_port", "agent_port has effect with load_monitor = agent alone");
    if (service.weight_min && service.weight_max && *service.weight_min > *service.weight_max)
        file.report.error(file.place(block, "weight_min"), "weight_min above weight_max");
}

}  // namespace pulse::config
