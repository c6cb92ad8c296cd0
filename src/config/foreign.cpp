#include "foreign.h"

#include <algorithm>
#include <array>

namespace pulse::config {

namespace {

constexpr auto keepalived_blocks = std::to_array<std::string_view>(
    {"bfd_instance",  "garp_group",  "global_defs",       "linkbeat_interfaces", "local_address_group",
     "net_namespace", "real_server", "static_addresses",  "static_ipaddress",    "static_routes",
     "static_rules",  "track_file",  "virtual_ipaddress", "virtual_server",      "virtual_server_group",
     "vrrp_instance", "vrrp_script", "vrrp_sync_group",   "vrrp_track_file",     "vrrp_track_process"});

bool is_keepalived_block(std::string_view word) {
    return std::ranges::binary_search(keepalived_blocks, word);
}

}  // namespace

bool is_keepalived_directive(std::string_view word) {
    return word.starts_with('!') || word == "include" || is_keepalived_block(word);
}

int brace_balance(std::string_view line) {
    int balance = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '"') {
            const auto close = line.find('"', at + 1);
            if (close != std::string_view::npos) at = close;
        } else if (line[at] == '#' || line[at] == '!') {
            break;
        } else if (line[at] == '{') {
            ++balance;
        } else if (line[at] == '}') {
            --balance;
        }
    }
    return balance;
}

void ForeignBlocks::add(std::string_view keyword, Place place) {
    found_.push_back({.keyword = std::string(keyword), .place = place});
}

void ForeignBlocks::report(Report& report) const {
    if (found_.empty()) return;
    const auto& first = found_.front();
    const bool keepalived = std::ranges::any_of(
        found_, [](const Found& found) { return is_keepalived_directive(found.keyword); });
    std::string hint =
        keepalived ? "this looks like keepalived's configuration, which is another program's; remove it"
                   : "lvs.cf knows the blocks virtual, failover and server; remove this one";
    if (found_.size() > 1) {
        constexpr std::size_t most = 3;
        hint += ", and also";
        for (std::size_t i = 1; i < std::min(found_.size(), most + 1); ++i)
            hint += (i > 1 ? ", " : " ") + quoted(found_[i].keyword) + " on line " +
                    std::to_string(found_[i].place.line);
        if (found_.size() > most + 1) hint += " and " + std::to_string(found_.size() - most - 1) + " more";
    }
    report.error(first.place, "unknown command: " + quoted(first.keyword), std::move(hint));
}

}  // namespace pulse::config
