// Fills an empty IPVS table with SERVICES x SERVERS entries, by `converge` and by the packaged `ipvsadm -R`.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "pulse/base/text.h"
#include "pulse/kernel/converge.h"

namespace {

using namespace pulse;

ipvs::Table table_of(unsigned services, unsigned servers) {
    ipvs::Table table;
    for (unsigned s = 0; s < services; ++s) {
        ipvs::ServiceEntry entry;
        entry.service.id = ipvs::ServiceId::at(
            net::Protocol::tcp,
            {net::IpAddress::v4(0x0a000000 + s / 250 + 1), {static_cast<std::uint16_t>(1000 + s % 250)}});
        for (unsigned d = 0; d < servers; ++d) {
            const net::Endpoint endpoint{net::IpAddress::v4(0x0a010000 + s % 200 * 256 + d + 1), {80}};
            entry.destinations[endpoint] = {.endpoint = endpoint, .forwarding = ipvs::Forwarding::masquerade};
        }
        table.emplace(entry.service.id, std::move(entry));
    }
    return table;
}

/// The same table as a file for `ipvsadm -R`.
void write_restore_file(const ipvs::Table& table, const char* path) {
    std::ofstream file(path);
    for (const auto& [id, entry] : table) {
        const auto service = id.endpoint.to_string();
        file << "-A -t " << service << " -s " << entry.service.scheduler << '\n';
        for (const auto& [endpoint, destination] : entry.destinations)
            file << "-a -t " << service << " -r " << endpoint.to_string() << " -m -w 1\n";
    }
}

double seconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
    const auto services = argc > 1 ? parse_decimal<unsigned>(argv[1]).value_or(1000) : 1000;
    const auto servers = argc > 2 ? parse_decimal<unsigned>(argv[2]).value_or(16) : 16;
    auto client = kernel::IpvsClient::open();
    if (!client || !client->flush())
        return fmt::print(stderr, "no IPVS here: run this through tools/lab exec\n"), 1;
    const auto table = table_of(services, servers);
    const char* restore_file = "/tmp/table-load.rules";
    write_restore_file(table, restore_file);

    const auto load = seconds([&] {
        if (!kernel::converge(*client, table, {})) fmt::print(stderr, "converge failed\n");
    });
    const auto unchanged = seconds([&] { (void)kernel::converge(*client, table, {}); });
    const auto clear = seconds([&] {
        std::set<ipvs::ServiceId> ours;
        for (const auto& [id, entry] : table) ours.insert(id);
        (void)kernel::converge(*client, {}, ours);
    });
    const auto packaged = seconds([&] {
        const auto command = std::string("/usr/sbin/ipvsadm -R < ") + restore_file;
        if (std::system(command.c_str()) != 0)
            fmt::print(stderr, "ipvsadm -R failed\n");  // NOLINT(cert-env33-c)
    });
    fmt::print("table {} x {}\n", services, servers);
    fmt::print("load, converge:          {:8.3f} s\n", load);
    fmt::print("load, ipvsadm -R:        {:8.3f} s  ({:.1f} x ours)\n", packaged, packaged / load);
    fmt::print("converge, nothing to do: {:8.3f} s\n", unchanged);
    fmt::print("clear, converge:         {:8.3f} s\n", clear);
    return 0;
}
