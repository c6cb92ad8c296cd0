#include "pulse/director/server_status.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pulse/base/text.h"

namespace pulse::director {

namespace {

using health::Verdict;
using std::chrono::milliseconds;

/// A message holds 8 KiB, with the rest of an answer.
constexpr std::size_t page_room = 7000;

double in_milliseconds(std::chrono::microseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

/// "54 s", begun ones counted whole
std::string seconds_text(milliseconds time) {
    return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(time).count());
}

/// What is left of a hold: "for 12 more seconds".
std::string hold_text(const health::Report& report) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(report.held).count();
    return fmt::format("held down for {} more second{}", seconds, seconds == 1 ? "" : "s");
}

std::string line(const ServerStatus& status, std::size_t names, std::size_t addresses) {
    const auto& report = status.report;
    std::string verdict(health::name(report.verdict));
    if (report.verdict == Verdict::unknown) {
        if (!status.unchecked.empty())
            verdict = "not checked: " + status.unchecked;
        else if (report.reason.empty())
            verdict = "not checked yet";
    }
    if (report.verdict == Verdict::down) verdict = "DOWN";
    auto text = fmt::format("  {:<{}}  {:<{}}  {}", status.name.to_string(), names,
                            status.address.to_string(), addresses, verdict);
    if (!report.reason.empty()) text += ": " + report.reason;
    if (report.back.count() > 0) text += ", well again, back in " + seconds_text(report.back);
    if (report.held.count() > 0) text += ", " + hold_text(report);
    if (report.flaps > 0)
        text += fmt::format(", failed {} time{} soon after its return", report.flaps,
                            report.flaps == 1 ? "" : "s");
    if (report.verdict != Verdict::unknown && !status.unchecked.empty())
        text += ", not checked any more: " + status.unchecked;
    if (status.kept_in) text += ", kept in (panic_threshold)";
    if (status.drained) text += ", drained";
    if (report.weight) text += fmt::format(", weight {}", *report.weight);
    if (report.weight && !report.weight_reason.empty()) text += " (" + report.weight_reason + ")";
    if (report.latency) text += fmt::format(", check took {:.1f} ms", in_milliseconds(*report.latency));
    return text + "\n";
}

}  // namespace

std::vector<ServerStatus> server_statuses(const config::Config& config, const Situation& situation,
                                          const HeardReports& heard, TimePoint now,
                                          const Unchecked& unchecked) {
    std::vector<ServerStatus> all;
    for (const auto& monitor : monitors(config)) {
        ServerStatus status{.name = {monitor.virtual_name, monitor.server_name},
                            .address = monitor.key.checked,
                            .drained = situation.drained.contains(monitor.key)};
        if (const auto found = heard.find(monitor.key); found != heard.end()) {
            status.report = found->second.report;
            const auto passed = std::chrono::floor<milliseconds>(now - found->second.when);
            status.report.held = std::max(status.report.held - passed, milliseconds(0));
            status.report.back = std::max(status.report.back - passed, milliseconds(0));
        }
        const auto standing = situation.standings.find(monitor.key);
        status.kept_in = standing != situation.standings.end() && standing->second.held;
        if (const auto why = unchecked.find(monitor.key); why != unchecked.end())
            status.unchecked = why->second;
        all.push_back(std::move(status));
    }
    return all;
}

Fields to_fields(const ServerStatus& status) {
    auto fields = health::to_fields(status.report);
    fields.add("virtual", status.name.virtual_name);
    fields.add("server", status.name.server_name);
    fields.add("address", status.address.address.to_string());
    fields.add("port", std::to_string(status.address.port.number));
    if (status.drained) fields.add("drained", "1");
    if (status.kept_in) fields.add("kept_in", "1");
    if (!status.unchecked.empty()) fields.add("unchecked", status.unchecked);
    return fields;
}

std::optional<ServerStatus> server_status_from(const Fields& fields) {
    const auto report = health::report_from(fields);
    const auto address = net::IpAddress::parse(fields.find("address").value_or(""));
    const auto port = parse_decimal<std::uint16_t>(fields.find("port").value_or(""));
    if (!report || !address || !port) return std::nullopt;
    return ServerStatus{.name = {std::string(fields.find("virtual").value_or("")),
                                 std::string(fields.find("server").value_or(""))},
                        .address = {*address, net::Port{*port}},
                        .report = *report,
                        .drained = fields.find("drained").has_value(),
                        .kept_in = fields.find("kept_in").has_value(),
                        .unchecked = std::string(fields.find("unchecked").value_or(""))};
}

Fields page_of(std::span<const ServerStatus> all, std::size_t from) {
    Fields page;
    std::size_t used = 0;
    for (auto i = from; i < all.size(); ++i) {
        const auto text = to_fields(all[i]).to_text();
        const auto size = Fields().add("server", text).to_text().size();
        if (size > page_room) continue;  // names of kilobytes: nothing could carry it
        used += size;
        if (used > page_room) return page.add("next", std::to_string(i));
        page.add("server", text);
    }
    return page;
}

std::string to_text(std::span<const ServerStatus> all) {
    std::size_t names = 0;
    std::size_t addresses = 0;
    std::size_t up = 0;
    for (const auto& status : all) {
        names = std::max(names, status.name.to_string().size());
        addresses = std::max(addresses, status.address.to_string().size());
        if (status.report.verdict == Verdict::up) ++up;
    }
    auto text = fmt::format("real servers: {} of {} up\n", up, all.size());
    for (const auto& status : all) text += line(status, names, addresses);
    return text;
}

std::string to_json(std::span<const ServerStatus> all) {
    using nlohmann::json;
    auto list = json::array();
    for (const auto& status : all) {
        const auto& report = status.report;
        list.push_back({{"virtual", status.name.virtual_name},
                        {"server", status.name.server_name},
                        {"address", status.address.address.to_string()},
                        {"port", status.address.port.number},
                        {"verdict", health::name(report.verdict)},
                        {"reason", report.reason},
                        {"latency_us", report.latency ? json(report.latency->count()) : json()},
                        {"held_ms", report.held.count()},
                        {"back_ms", report.back.count()},
                        {"flaps", report.flaps},
                        {"weight", report.weight ? json(*report.weight) : json()},
                        {"weight_reason", report.weight_reason},
                        {"drained", status.drained},
                        {"kept_in", status.kept_in},
                        {"unchecked", status.unchecked}});
    }
    // A reason may hold what a server said: bytes that are no UTF-8 must not end us.
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace pulse::director
