#include "foreign.h"

#include <algorithm>
#include <array>

#include "report.h"

namespace pulse::config {

namespace {

/// What keepalived's blocks and directives begin with; the ones that lvs.cf has too are left out.
constexpr auto keepalived_words = std::to_array<std::string_view>({"DNS_CHECK",
                                                                   "HTTP_GET",
                                                                   "MISC_CHECK",
                                                                   "PING_CHECK",
                                                                   "SMTP_CHECK",
                                                                   "SSL_GET",
                                                                   "TCP_CHECK",
                                                                   "UDP_CHECK",
                                                                   "advert_int",
                                                                   "auth_pass",
                                                                   "auth_type",
                                                                   "authentication",
                                                                   "bfd_instance",
                                                                   "connect_port",
                                                                   "connect_timeout",
                                                                   "delay_before_retry",
                                                                   "delay_loop",
                                                                   "digest",
                                                                   "enable_script_security",
                                                                   "garp_group",
                                                                   "global_defs",
                                                                   "ha_suspend",
                                                                   "inhibit_on_failure",
                                                                   "lb_algo",
                                                                   "lb_kind",
                                                                   "linkbeat_interfaces",
                                                                   "local_address_group",
                                                                   "lvs_method",
                                                                   "lvs_sched",
                                                                   "lvs_sync_daemon",
                                                                   "mcast_src_ip",
                                                                   "misc_path",
                                                                   "misc_timeout",
                                                                   "nb_get_retry",
                                                                   "net_namespace",
                                                                   "nopreempt",
                                                                   "notification_email",
                                                                   "notification_email_from",
                                                                   "notify_backup",
                                                                   "notify_down",
                                                                   "notify_fault",
                                                                   "notify_master",
                                                                   "notify_up",
                                                                   "persistence_granularity",
                                                                   "persistence_timeout",
                                                                   "preempt_delay",
                                                                   "real_server",
                                                                   "retry",
                                                                   "router_id",
                                                                   "script_user",
                                                                   "smtp_connect_timeout",
                                                                   "smtp_server",
                                                                   "sorry_server_inhibit",
                                                                   "static_addresses",
                                                                   "static_ipaddress",
                                                                   "static_routes",
                                                                   "static_rules",
                                                                   "status_code",
                                                                   "track_file",
                                                                   "track_interface",
                                                                   "track_script",
                                                                   "unicast_peer",
                                                                   "unicast_src_ip",
                                                                   "url",
                                                                   "virtual_ipaddress",
                                                                   "virtual_ipaddress_excluded",
                                                                   "virtual_router_id",
                                                                   "virtual_routes",
                                                                   "virtual_rules",
                                                                   "virtual_server",
                                                                   "virtual_server_group",
                                                                   "vrrp_garp_interval",
                                                                   "vrrp_instance",
                                                                   "vrrp_script",
                                                                   "vrrp_skip_check_adv_addr",
                                                                   "vrrp_strict",
                                                                   "vrrp_sync_group",
                                                                   "vrrp_track_file",
                                                                   "vrrp_track_process",
                                                                   "vrrp_version",
                                                                   "warmup"});
static_assert(std::ranges::is_sorted(keepalived_words));

constexpr std::string_view keepalived = "keepalived";
constexpr std::string_view ldirectord = "ldirectord";

/// Whose word it is; empty if nobody knows.
std::string_view program_of(std::string_view word) {
    if (is_keepalived_directive(word)) return keepalived;
    if (is_ldirectord_service(word) || is_ldirectord_server(word)) return ldirectord;
    return {};
}

}  // namespace

bool is_keepalived_directive(std::string_view word) {
    return word.starts_with('!') || word == "include" || std::ranges::binary_search(keepalived_words, word);
}

bool is_ldirectord_service(std::string_view word) { return word == "virtual" || word == "virtual6"; }

bool is_ldirectord_server(std::string_view word) { return word == "real" || word == "real6"; }

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

void ForeignSyntax::add(std::string_view keyword, Place place) {
    found_.push_back({.keyword = std::string(keyword), .place = place});
}

std::optional<Diagnostic> ForeignSyntax::diagnostic() const {
    if (found_.empty()) return std::nullopt;
    const auto& first = found_.front();
    std::string_view program;
    for (const auto& found : found_)
        if (program.empty()) program = program_of(found.keyword);
    const auto kind = program.empty()
                          ? std::string("lvs.cf has no such block")
                          : "this is the configuration of " + std::string(program) + ", not lvs.cf";
    std::string hint = "remove it";
    if (found_.size() > 1) {
        constexpr std::size_t most = 3;
        hint += ", and also";
        for (std::size_t i = 1; i < std::min(found_.size(), most + 1); ++i)
            hint += (i > 1 ? ", " : " ") + quoted(found_[i].keyword) + " on line " +
                    std::to_string(found_[i].place.line);
        if (found_.size() > most + 1) hint += " and " + std::to_string(found_.size() - most - 1) + " more";
    }
    if (program.empty()) hint += "; the blocks of lvs.cf are virtual, failover and server";
    return Diagnostic{.severity = Severity::error,
                      .line = first.place.line,
                      .column = first.place.column,
                      .text = "unknown command: " + quoted(first.keyword) + "; " + kind,
                      .hint = std::move(hint)};
}

}  // namespace pulse::config
