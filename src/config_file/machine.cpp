#include "machine.h"

#include <cstring>
#include <memory>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ifaddrs.h>
#include <pwd.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/config_file/permissions.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/names.h"

namespace pulse::config_file {

namespace {

net::IpAddress address_of(const sockaddr* from) {
    if (from->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, from, sizeof v4);
        return net::IpAddress::v4(ntohl(v4.sin_addr.s_addr));
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    return net::IpAddress::from_bytes(net::Family::v6, v6.sin6_addr.s6_addr);
}

int ones(const net::IpAddress& mask) {
    int count = 0;
    for (const auto byte : mask.bytes()) count += __builtin_popcount(byte);
    return count;
}

std::vector<config::OwnAddress> own_addresses() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    std::vector<config::OwnAddress> all;
    for (const auto* each = list; each != nullptr; each = each->ifa_next) {
        const auto* address = each->ifa_addr;
        if (address == nullptr || each->ifa_netmask == nullptr) continue;
        if (address->sa_family != AF_INET && address->sa_family != AF_INET6) continue;
        const auto own = address_of(address);
        all.push_back({own, net::Netmask::prefix(own.family(), ones(address_of(each->ifa_netmask)))});
    }
    return all;
}

/// The account that nanny and its check programs have; see sandbox::drop_privileges.
Account checks() {
    if (::geteuid() != 0) return {.name = "this user", .uid = ::geteuid(), .group = ::getegid()};
    if (const auto* entry = ::getpwnam("nanny"))
        return {.name = "nanny, the account of the checks", .uid = entry->pw_uid, .group = entry->pw_gid};
    constexpr uid_t nobody = 65534;
    return {.name = "uid 65534, the account of the checks", .uid = nobody, .group = nobody};
}

/// pulse is root, whoever asks now.
Account account_of(config::RunBy who) {
    return who == config::RunBy::pulse ? Account{.name = "root", .uid = 0, .group = 0} : checks();
}

/// The file that a shell would run; nullopt if there is none.
std::optional<std::string> found_in_path(std::string_view program) {
    if (program.find('/') != std::string_view::npos) return std::string(program);
    for (const auto* directory :
         {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}) {
        auto path = std::string(directory) + "/" + std::string(program);
        if (::access(path.c_str(), F_OK) == 0) return path;
    }
    return std::nullopt;
}

/// Whose way somebody who is not root cannot see to its end, that one cannot be judged.
bool can_judge(const PathFacts& facts) { return facts.error != EACCES; }

std::optional<std::string> cannot_run(std::string_view program, config::RunBy who) {
    const auto path = found_in_path(program);
    if (!path) return "there is no such program in the usual directories";
    if (!path->starts_with('/')) return std::nullopt;
    const auto facts = look_at(*path);
    return can_judge(facts) ? why_not_run(facts, account_of(who)) : std::nullopt;
}

std::optional<std::string> cannot_read(std::string_view file, config::RunBy who) {
    if (!file.starts_with('/')) return std::nullopt;
    const auto facts = look_at(std::string(file));
    return can_judge(facts) ? why_not_read(facts, account_of(who)) : std::nullopt;
}

std::optional<std::string> cannot_ping() {
    const auto range = runtime::read_file("/proc/sys/net/ipv4/ping_group_range");
    if (!range) return std::nullopt;
    const auto words = split_words(trim(*range));
    if (words.size() != 2) return std::nullopt;
    const auto lowest = parse_decimal<unsigned long>(words[0]);
    const auto highest = parse_decimal<unsigned long>(words[1]);
    const auto group = checks().group;
    if (!lowest || !highest || (*lowest <= group && group <= *highest)) return std::nullopt;
    return "net.ipv4.ping_group_range leaves out group " + std::to_string(group) +
           " of the checks; sysctl -w net.ipv4.ping_group_range=\"0 2147483647\" lets everybody ping";
}

}  // namespace

void ask_this_machine(config::Lookups& lookups) {
    lookups.service = runtime::service_port;
    lookups.own_addresses = own_addresses;
    lookups.device = runtime::device_exists;
    lookups.cannot_run = cannot_run;
    lookups.cannot_read = cannot_read;
    lookups.cannot_ping = cannot_ping;
}

}  // namespace pulse::config_file
