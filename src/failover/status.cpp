#include "pulse/failover/status.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pulse::failover {

namespace {

constexpr std::array<std::string_view, 6> refusals{"other format", "wrong length",    "wrong version",
                                                   "unknown key",  "wrong signature", "nonsense"};

std::int64_t milliseconds(Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::string seconds(Duration time) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

std::string_view name_of(Identity identity) { return identity == Identity::primary ? "primary" : "backup"; }

std::string_view name_of(Lvsd lvsd) {
    switch (lvsd) {
        case Lvsd::stopped:
            return "stopped";
        case Lvsd::starting:
            return "starting";
        case Lvsd::ready:
            return "ready";
        case Lvsd::waiting:
            return "waiting to be started again";
    }
    return "?";
}

std::string_view partner_role(const State& state) {
    if (!state.partner_alive) return "not heard";
    if (!state.report) return state.partner_claims ? "active" : "standby";
    switch (state.report->standing) {
        case heartbeat::Standing::standby:
            return "standby";
        case heartbeat::Standing::starting:
            return "taking over";
        case heartbeat::Standing::active:
            return "active";
    }
    return "?";
}

/// What keeps this router from having the role.
std::vector<std::string> obstacles(const Status& status) {
    const auto& state = status.state;
    std::vector<std::string> all;
    if (state.stopping) all.emplace_back("it is stopping");
    if (state.link_down)
        all.emplace_back(state.link_back_at ? "its link has only just come back" : "no link");
    if (state.child_failed) all.emplace_back("lvsd kept failing");
    if (state.checking_until) all.emplace_back("it was away and looks for the partner");
    if (status.now < state.out_until) all.emplace_back("it has just given the role away");
    return all;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool differs(const Status& status) { return status.state.differs_since.has_value(); }

std::string addresses_text(const Status& status) {
    auto text = fmt::format("addresses:  {} of {} up\n", status.addresses_up, status.addresses);
    for (const auto& trouble : status.address_troubles) text += "            " + to_text(trouble) + "\n";
    if (!status.stuck_devices.empty())
        text += "            NOT ANNOUNCED on " + joined(status.stuck_devices) + ", which takes no frames\n";
    return text;
}

std::string path_text(const Status& status, std::size_t i) {
    const auto& path = status.paths[i];
    const auto& counted = status.counters.at(i);
    const bool known = i < status.state.paths.size();
    const auto ago = known ? status.now - status.state.paths[i].heard_at : Duration{0};
    std::string state = counted.heard == 0 ? "nothing heard yet" : "heard " + seconds(ago) + " ago";
    if (known && counted.heard > 0 && ago > status.settings.deadtime) state = "SILENT for " + seconds(ago);
    auto text =
        fmt::format("  {:<9} {} to {}: {}, {} sent, {} heard", path.name, path.own.to_string(),
                    net::Endpoint{path.partner, path.port}.to_string(), state, counted.sent, counted.heard);
    if (counted.sending_fails) text += ", SENDING FAILS";
    for (std::size_t r = 0; r < refusals.size(); ++r)
        if (counted.refused.at(r) > 0) text += fmt::format(", {} {}", counted.refused.at(r), refusals.at(r));
    if (counted.replayed > 0) text += fmt::format(", {} replayed", counted.replayed);
    if (counted.malformed > 0) text += fmt::format(", {} malformed", counted.malformed);
    if (counted.strangers > 0) text += fmt::format(", {} from strangers", counted.strangers);
    return text + "\n";
}

std::string partner_text(const Status& status) {
    const auto& state = status.state;
    if (!status.settings.partner) return "partner:    none (backup_active = 0)\n";
    auto text = fmt::format("partner:    {}", partner_role(state));
    if (state.partner_alive) text += ", heard " + seconds(status.now - state.heard_at) + " ago";
    if (const auto& report = state.report) {
        if (!report->able && !report->claims()) text += ", cannot take the role";
        if (report->ready && !report->claims()) text += ", its table is ready";
        if (!report->hears) text += ", DOES NOT HEAR US";
        if (differs(status))
            text += fmt::format("\n            LVS.CF DIFFERS: serial_no {} here, {} there",
                                status.settings.config_serial, report->config_serial);
    }
    return text + "\n";
}

/// How much of the real servers' weight each router reaches.
std::string servers_text(const State& state) {
    const auto percent = [](const std::optional<std::uint16_t>& served) {
        return served ? fmt::format("{:.1f} %", *served / 10.0) : std::string("not known");
    };
    const auto there = state.report ? state.report->served : std::nullopt;
    if (!state.served && !there) return {};
    auto text = fmt::format("{} of their weight is up here", percent(state.served));
    if (state.report) text += fmt::format(", {} on the partner", percent(there));
    return text;
}

}  // namespace

std::string_view text_of(heartbeat::Refusal refusal) {
    return refusals.at(static_cast<std::size_t>(refusal));
}

std::string_view name_of(Role role) {
    switch (role) {
        case Role::standby:
            return "standby";
        case Role::starting:
            return "taking over";
        case Role::active:
            return "active";
    }
    return "?";
}

std::string to_text(const Status& status) {
    const auto& state = status.state;
    const auto& settings = status.settings;
    auto text = fmt::format("this router: {}, {}", name_of(settings.identity), name_of(state.role));
    if (state.role != Role::standby) text += " for " + seconds(status.now - state.claimed_at);
    if (state.handover) text += ", handing the role over";
    if (state.wanting) text += ", asking for the role";
    text += "\n";
    if (const auto all = obstacles(status); !all.empty()) text += "kept out:   " + joined(all) + "\n";
    text += partner_text(status);
    if (const auto waits = failback_waits_for(state, status.now, settings); !waits.empty())
        text += "failback:   waits for " + waits + "\n";
    text += fmt::format("lvsd:       {}{}{}\n", name_of(state.lvsd), settings.warm ? " (standby = warm)" : "",
                        status.lvsd_silent_since
                            ? ", DOES NOT ANSWER since " + seconds(status.now - *status.lvsd_silent_since)
                            : "");
    if (settings.synchronised || !status.sync_problem.empty())
        text += fmt::format("sync:       {}\n",
                            status.sync_problem.empty() ? "as configured" : "FAILS: " + status.sync_problem);
    text += addresses_text(status);
    if (settings.links > 0)
        text += fmt::format("links:      {} of {} up{}\n", state.links_up.value_or(settings.links),
                            settings.links,
                            status.links_down.empty() ? "" : "; down: " + joined(status.links_down));
    else if (settings.partner && settings.link_rule == LinkRule::automatic)
        text += fmt::format("links:      {} (the public one and those of floating addresses)\n",
                            status.links_down.empty() ? "up" : "DOWN: " + joined(status.links_down));
    if (const auto both = servers_text(state); !both.empty()) text += "servers:    " + both + "\n";
    if (settings.pings > 0)
        text += fmt::format("ping nodes: {} of {} answer{}\n", state.pings_up.value_or(settings.pings),
                            settings.pings,
                            status.pings_down.empty() ? "" : "; silent: " + joined(status.pings_down));
    text += fmt::format("heartbeats: {}, every {} ms, dead after {} ms\n",
                        settings.details ? "format 2, signed" : "classic, NOT AUTHENTICATED",
                        milliseconds(settings.keepalive), milliseconds(settings.deadtime));
    for (std::size_t i = 0; i < status.paths.size(); ++i) text += path_text(status, i);
    const auto late = [](Duration time) { return std::chrono::duration<double, std::milli>(time).count(); };
    text +=
        fmt::format("lateness:   {:.1f} ms at worst lately, {:.1f} ms ever; real-time priority {}, memory {}",
                    late(status.recent_lateness), late(status.worst_lateness), status.realtime ? "yes" : "no",
                    status.locked ? "locked" : "not locked");
    return text;
}

std::string to_json(const Status& status) {
    using nlohmann::json;
    const auto& state = status.state;
    const auto& settings = status.settings;
    json paths = json::array();
    for (std::size_t i = 0; i < status.paths.size(); ++i) {
        const auto& counted = status.counters.at(i);
        json refused;
        for (std::size_t r = 0; r < refusals.size(); ++r)
            refused[std::string(refusals.at(r))] = counted.refused.at(r);
        const bool known = i < state.paths.size();
        paths.push_back(
            {{"name", status.paths[i].name},
             {"own", status.paths[i].own.to_string()},
             {"partner", status.paths[i].partner.to_string()},
             {"port", status.paths[i].port.number},
             {"silent", known && state.paths[i].silent},
             {"heard_ms_ago",
              known && counted.heard > 0 ? json(milliseconds(status.now - state.paths[i].heard_at)) : json()},
             {"sent", counted.sent},
             {"heard", counted.heard},
             {"strangers", counted.strangers},
             {"replayed", counted.replayed},
             {"unproven", counted.unproven},
             {"malformed", counted.malformed},
             {"refused", refused},
             {"sending_fails", counted.sending_fails}});
    }
    json troubles = json::array();
    for (const auto& trouble : status.address_troubles)
        troubles.push_back({{"address", trouble.address.to_string()},
                            {"must_be_up", trouble.must_be_up},
                            {"reason", trouble.reason}});
    json partner;
    if (settings.partner) {
        partner = {{"alive", state.partner_alive}, {"role", partner_role(state)}};
        if (const auto& report = state.report)
            partner.update({{"able", report->able},
                            {"ready", report->ready},
                            {"hears", report->hears},
                            {"active_ms", report->active_for.count()},
                            {"links_up", report->links_up},
                            {"pings_up", report->pings_up},
                            {"connections", report->connections},
                            {"served_permille", report->served ? json(*report->served) : json()},
                            {"serial_no", report->config_serial},
                            {"config_differs", differs(status)}});
    }
    const json all{
        {"version", 1},
        {"identity", name_of(settings.identity)},
        {"role", name_of(state.role)},
        {"role_ms", state.role == Role::standby ? json() : json(milliseconds(status.now - state.claimed_at))},
        {"kept_out", obstacles(status)},
        {"handing_over", state.handover.has_value()},
        {"takeovers", status.takeovers},
        {"failback_waits_for", failback_waits_for(state, status.now, settings)},
        {"lvsd", name_of(state.lvsd)},
        {"lvsd_silent_ms",
         status.lvsd_silent_since ? json(milliseconds(status.now - *status.lvsd_silent_since)) : json()},
        {"sync", {{"wanted", settings.synchronised}, {"problem", status.sync_problem}}},
        {"addresses",
         {{"up", status.addresses_up},
          {"configured", status.addresses},
          {"troubles", troubles},
          {"not_announced_on", status.stuck_devices}}},
        {"links",
         {{"up", state.links_up.value_or(settings.links)},
          {"watched", settings.links},
          {"down", status.links_down}}},
        {"pings",
         {{"up", state.pings_up.value_or(settings.pings)},
          {"nodes", settings.pings},
          {"down", status.pings_down}}},
        {"connections", state.connections},
        {"served_permille", state.served ? json(*state.served) : json()},
        {"serial_no", settings.config_serial},
        {"partner", partner},
        {"heartbeat",
         {{"format", settings.details ? 2 : 1},
          {"keepalive_ms", milliseconds(settings.keepalive)},
          {"deadtime_ms", milliseconds(settings.deadtime)},
          {"paths", paths}}},
        {"lateness_us",
         {{"recent", std::chrono::duration_cast<std::chrono::microseconds>(status.recent_lateness).count()},
          {"worst", std::chrono::duration_cast<std::chrono::microseconds>(status.worst_lateness).count()}}},
        {"realtime", status.realtime},
        {"locked", status.locked}};
    return all.dump();
}

}  // namespace pulse::failover
