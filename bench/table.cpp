// What the IPVS table costs at size: load, dump, reload with one change, clear; ours beside a bare netlink
// loop, the packaged ipvsadm and keepalived, in one run. See README.md.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>

#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/kernel/converge.h"

#include "bare_loop.h"
#include "example_table.h"

namespace {

using namespace pulse;
using Seconds = std::chrono::duration<double>;

constexpr const char* rules_file = "/tmp/bench-table.rules";
constexpr const char* keepalived_file = "/tmp/bench-table.keepalived";
constexpr const char* lvs_file = "/tmp/bench-table.cf";

std::set<ipvs::ServiceId> ids_of(const ipvs::Table& table) {
    std::set<ipvs::ServiceId> ids;
    for (const auto& [id, entry] : table) ids.insert(id);
    return ids;
}

/// The same table for keepalived, without a check, so that nothing but the table is measured. The first
/// server has this weight.
void write_keepalived(const ipvs::Table& table, int first_weight) {
    std::ofstream file(keepalived_file);
    int weight = first_weight;
    for (const auto& [id, entry] : table) {
        file << "virtual_server " << id.endpoint.address.to_string() << ' ' << id.endpoint.port.number
             << " {\n  lvs_sched wlc\n  lvs_method NAT\n  protocol TCP\n";
        for (const auto& [endpoint, server] : entry.destinations) {
            file << "  real_server " << endpoint.address.to_string() << ' ' << endpoint.port.number
                 << " {\n    weight " << weight << "\n  }\n";
            weight = 1;
        }
        file << "}\n";
    }
}

void write_lvs_cf(const ipvs::Table& table) {
    std::ofstream file(lvs_file);
    file << "primary = 10.0.0.1\n";
    int number = 0;
    for (const auto& [id, entry] : table) {
        file << "virtual v" << ++number << " {\n  active = 1\n  address = " << id.endpoint.address.to_string()
             << " eth0:1\n  port = " << id.endpoint.port.number << '\n';
        int server = 0;
        for (const auto& [endpoint, destination] : entry.destinations)
            file << "  server s" << ++server
                 << " {\n    active = 1\n    address = " << endpoint.address.to_string()
                 << "\n    port = 80\n  }\n";
        file << "}\n";
    }
}

double seconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return Seconds(std::chrono::steady_clock::now() - begin).count();
}

bool run(const std::string& command) {
    return std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c): a bench in the lab
}

std::size_t entries(kernel::IpvsClient& client) {
    const auto dump = client.dump();
    std::size_t count = 0;
    if (dump)
        for (const auto& service : *dump) count += 1 + service.destinations.size();
    return count;
}

void figure(const char* what, double time, double ours, const char* whose = "") {
    fmt::print("{:<34} {:<12} {:8.3f} s", what, whose, time);
    if (ours > 0) fmt::print("  {:6.2f} x ours", time / ours);
    fmt::print("\n");
    (void)std::fflush(stdout);
}

/// Looks until the table is so; whole tables are dumped, so not too often. Seconds, or -1 after `limit` of
/// them.
double until(const std::function<bool()>& question, double limit) {
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        if (question()) return Seconds(std::chrono::steady_clock::now() - begin).count();
        if (Seconds(std::chrono::steady_clock::now() - begin).count() > limit) return -1;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

int first_weight(kernel::IpvsClient& client, const ipvs::Table& table) {
    const auto service = client.dump(table.begin()->first);
    if (!service) return -1;
    const auto& first = table.begin()->second.destinations.begin()->first;
    for (const auto& server : service->destinations)
        if (server.destination.endpoint == first) return server.destination.weight;
    return -1;
}

void keepalived(kernel::IpvsClient& client, const ipvs::Table& table, std::size_t whole, double load,
                double reload, double clear) {
    if (!run("command -v keepalived >/dev/null 2>&1")) {
        fmt::print("keepalived is not installed: apt-get install keepalived\n");
        return;
    }
    write_keepalived(table, 1);
    (void)client.flush();
    std::string file = keepalived_file;
    std::string words[] = {"keepalived", "--dont-fork",          "--check", "--use-file", file,
                           "--pid",      "/tmp/bench-keepalived"};
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t pid = 0;
    if (::posix_spawnp(&pid, "keepalived", nullptr, nullptr, arguments.data(), environ) != 0) return;
    figure("load", until([&] { return entries(client) == whole; }, 300), load, "keepalived");
    write_keepalived(table, 7);
    ::kill(pid, SIGHUP);
    figure("reload, one weight changed", until([&] { return first_weight(client, table) == 7; }, 120), reload,
           "keepalived");
    ::kill(pid, SIGTERM);
    int status = 0;
    figure("stop", seconds([&] { ::waitpid(pid, &status, 0); }), clear, "keepalived");
    fmt::print("{:<34} {:<12} {:8}\n", "entries left after stop", "keepalived", entries(client));
    (void)client.flush();
}

void growth(kernel::IpvsClient& client) {
    fmt::print("\n{:>12} {:>10} {:>14} {:>12} {:>14}\n", "destinations", "load s", "us each", "no-op s",
               "us each");
    for (const unsigned services : {64U, 256U, 1000U, 4000U}) {
        const auto table = bench::table_of(services, 16);
        const double count = services * 16;
        (void)client.flush();
        const auto load = seconds([&] { (void)kernel::converge(client, table, {}); });
        const auto none = seconds([&] { (void)kernel::converge(client, table, {}); });
        fmt::print("{:12} {:10.3f} {:14.1f} {:12.3f} {:14.1f}\n", count, load, load / count * 1e6, none,
                   none / count * 1e6);
        (void)std::fflush(stdout);
    }
    (void)client.flush();
}

/// The most memory that lvsd needs for a table of this size: it reads the file and the kernel's table, and
/// plans.
void memory(const ipvs::Table& table) {
    write_lvs_cf(table);
    const auto time = seconds([] { (void)run(fmt::format("lvsd --plan -c {} > /dev/null 2>&1", lvs_file)); });
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    fmt::print("{:<34} {:<12} {:8.3f} s  (largest of its processes: {} KiB)\n", "lvsd --plan", "ours", time,
               usage.ru_maxrss);
}

}  // namespace

int main(int argc, char** argv) {
    const auto services = argc > 1 ? parse_decimal<unsigned>(argv[1]).value_or(1000) : 1000;
    const auto servers = argc > 2 ? parse_decimal<unsigned>(argv[2]).value_or(16) : 16;
    auto client = kernel::IpvsClient::open();
    if (!client || !client->flush())
        return fmt::print(stderr, "no IPVS here: run this through tools/lab exec\n"), 1;
    const auto table = bench::table_of(services, servers);
    const auto whole = static_cast<std::size_t>(services) * (servers + 1);
    fmt::print("{} services x {} servers\n", services, servers);

    memory(table);
    const auto load = seconds([&] {
        if (!kernel::converge(*client, table, {})) fmt::print(stderr, "converge failed\n");
    });
    figure("load", load, 0, "ours");
    const auto dump = seconds([&] { (void)client->dump(); });
    figure("dump", dump, 0, "ours");
    auto changed = table;
    changed.begin()->second.destinations.begin()->second.weight = 7;
    std::size_t writes = 0;
    const auto reload = seconds([&] {
        if (const auto done = kernel::converge(*client, changed, {})) writes = done->made.size();
    });
    figure("reload, one weight changed", reload, 0, "ours");
    fmt::print("{:<34} {:<12} {:8}\n", "netlink writes of that", "ours", writes);
    const ipvs::Table one = {*table.begin()};
    figure("a report about one server", seconds([&] { (void)kernel::converge(*client, one, {}); }), 0,
           "ours");
    const auto clear = seconds([&] { (void)kernel::converge(*client, {}, ids_of(table)); });
    figure("stop", clear, 0, "ours");
    fmt::print("{:<34} {:<12} {:8}\n", "entries left after stop", "ours", entries(*client));

    figure("load", bench::bare_netlink_load(table), load, "bare loop");
    (void)client->flush();
    std::ofstream(rules_file) << bench::restore_file(table);
    figure("load", seconds([] { (void)run(fmt::format("/usr/sbin/ipvsadm -R < {}", rules_file)); }), load,
           "ipvsadm -R");
    figure("dump", seconds([] { (void)run("/usr/sbin/ipvsadm -L -n > /dev/null"); }), dump, "ipvsadm -Ln");
    figure("stop", seconds([] { (void)run("/usr/sbin/ipvsadm -C"); }), clear, "ipvsadm -C");
    keepalived(*client, table, whole, load, reload, clear);
    growth(*client);
    return 0;
}
