#include "cluster.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "pulse/config_file/load.h"
#include "pulse/runtime/file.h"

#include "shell.h"

namespace pulse::lab {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value == nullptr)
        throw std::runtime_error(std::string(name) + " is not set: run this through tools/lab up");
    return value;
}

std::string log_file(const std::string& router) { return environment("LAB_RESULTS") + "/" + router + ".log"; }

/// The guest is slow at starting processes; nothing here is about speed.
constexpr std::chrono::seconds slowness{15};

}  // namespace

Cluster::Cluster() {
    auto loaded = config_file::load(environment("LAB_FILE"));
    if (!loaded) throw std::runtime_error(loaded.error().message());
    config_ = std::move(loaded->config);
}

const config::VirtualServer& Cluster::service() const {
    return *std::ranges::find(config_.virtual_servers, true, &config::VirtualServer::active);
}

void Cluster::start(const std::string& router) {
    (void)run("ip netns exec " + router + " pulse -n -v -c " + environment("LAB_FILE") + " --socket " +
              socket(router) + " --state-directory /run/" + router + " >> " + log_file(router) +
              " 2>&1 < /dev/null &");
}

Output Cluster::pulsectl(const std::string& router, const std::string& words) {
    return run("pulsectl " + words + " --socket " + socket(router));
}

bool Cluster::become_healthy() {
    for (const std::string router : {"primary", "backup"})
        if (pids(router, "pulse").empty() && (router == "primary" || config_.backup_active)) start(router);
    return within(takeover_limit() + check_limit(), [this] {
        const auto router = active();
        if (router != "primary" && router != "backup") return false;
        return std::ranges::all_of(service().servers, [&](const auto& server) {
            return !server.active || in_table(router, server);
        });
    });
}

std::string Cluster::active() const {
    const auto& vip = service().address->address;
    const bool primary = holds_address("primary", vip);
    const bool backup = holds_address("backup", vip);
    if (primary && backup) return "both";
    return primary ? "primary" : backup ? "backup" : "";
}

bool Cluster::holds_address(const std::string& router, const net::IpAddress& address) const {
    return run("ip -n " + router + " -br addr").text.find(" " + address.to_string() + "/") !=
           std::string::npos;
}

std::string Cluster::table(const std::string& router) const {
    return run("ip netns exec " + router + " ipvsadm -Ln").text;
}

bool Cluster::in_table(const std::string& router, const config::RealServer& server) const {
    const auto address = server.address.to_string();
    return table(router).find("-> " + (server.address.is_v4() ? address : "[" + address + "]") + ":") !=
           std::string::npos;
}

std::vector<int> Cluster::pids(const std::string& router, const std::string& program) const {
    std::vector<int> found;
    std::istringstream lines(run("ip netns pids " + router).text);
    for (std::string pid; std::getline(lines, pid);) {
        int number = 0;
        if (std::from_chars(pid.data(), pid.data() + pid.size(), number).ec != std::errc{}) continue;
        const auto name = runtime::read_file("/proc/" + pid + "/comm");
        if (name && *name == program + "\n") found.push_back(number);
    }
    return found;
}

std::string Cluster::ask(const std::string& options, const config::VirtualServer& service) {
    return run("ip netns exec client lab-probe " + options + " " + service.address->address.to_string() +
               " " + std::to_string(service.port.number))
        .text;
}

std::string Cluster::client_neighbour() const {
    std::istringstream words(
        run("ip -n client neigh show to " + service().address->address.to_string()).text);
    for (std::string word; words >> word;)
        if (word == "lladdr" && words >> word) return word;
    return {};
}

std::string Cluster::mac(const std::string& router, const std::string& device) {
    std::istringstream words(run("ip -n " + router + " -br link show dev " + device).text);
    std::string name;
    std::string state;
    std::string address;
    words >> name >> state >> address;
    return address;
}

std::chrono::seconds Cluster::check_limit() const {
    return std::chrono::ceil<std::chrono::seconds>(2 * service().timeout + service().reentry) + slowness;
}

std::chrono::seconds Cluster::takeover_limit() const {
    return std::chrono::ceil<std::chrono::seconds>(2 * config_.deadtime) + slowness;
}

std::string Cluster::log(const std::string& router) {
    const auto text = runtime::read_file(log_file(router));
    return router + ":\n" + (text ? *text : text.error().message());
}

}  // namespace pulse::lab
