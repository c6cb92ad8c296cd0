#include "spoken_commands.h"

#include <vector>

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/base/text.h"
#include "pulse/ipvs/listing.h"
#include "pulse/ipvs/sync_listing.h"

namespace pulse::ipvs {

namespace {

const NameLookups lookups{
    .host = [](std::string_view name) -> std::optional<net::IpAddress> {
        if (name == "www") return net::IpAddress::v4(0x0a000050);
        if (name == "v6host") return net::IpAddress::parse("fd00::80");
        return std::nullopt;
    },
    .host_v6 = [](std::string_view name) -> std::optional<net::IpAddress> {
        if (name == "six") return net::IpAddress::parse("fd00::80");
        if (name == "fe80::9%lo") return net::IpAddress::parse("fe80::9");  // as getaddrinfo(3) does
        return std::nullopt;
    },
    .service = [](std::string_view name, net::Protocol protocol) -> std::optional<net::Port> {
        if (name == "http" && protocol == net::Protocol::tcp) return net::Port{80};
        if (name == "domain" && protocol == net::Protocol::udp) return net::Port{53};
        return std::nullopt;
    }};

/// The words of the listing, one blank between.
std::string spoken(const Service& service) {
    const auto line = listing({{.service = service, .destinations = {}}});
    std::string text;
    for (const auto word : split_words(trim(line))) text += " " + std::string(word);
    return text;
}

std::string spoken(const ServiceId& service, const Destination& server) {
    auto text = fmt::format(" {} {} method {} weight {} limits {}-{}", service.to_string(),
                            server.endpoint.to_string(), static_cast<int>(server.forwarding), server.weight,
                            server.lower_threshold, server.upper_threshold);
    if (server.tunnel != Tunnel{})
        text += fmt::format(" tunnel {} {} {}", static_cast<int>(server.tunnel.type),
                            server.tunnel.port.number, static_cast<int>(server.tunnel.checksum));
    return text;
}

std::string spoken(const Step& step) {
    return match(
        step, [](const AddService& s) { return "add" + spoken(s.service); },
        [](const EditService& s) { return "edit" + spoken(s.service); },
        [](const DeleteService& s) { return "delete " + s.id.to_string(); },
        [](const AddDestination& s) { return "add" + spoken(s.service, s.destination); },
        [](const EditDestination& s) { return "edit" + spoken(s.service, s.destination); },
        [](const DeleteDestination& s) {
            return "delete " + s.service.to_string() + " " + s.endpoint.to_string();
        });
}

std::string spoken(const ListCommand& command) {
    std::string text = "list";
    if (command.service) text += " " + command.service->to_string();
    switch (command.columns) {
        case Columns::standard:
            break;
        case Columns::tunnels:
            text += " tunnels";
            break;
        case Columns::statistics:
            text += " statistics";
            break;
        case Columns::rates:
            text += " rates";
            break;
        case Columns::thresholds:
            text += " thresholds";
            break;
        case Columns::persistent_connections:
            text += " persistent";
            break;
    }
    if (command.numeric) text += " numeric";
    if (command.exact) text += " exact";
    if (!command.sorted) text += " unsorted";
    if (command.json) text += " json";
    return text;
}

}  // namespace

std::string asked(std::string_view line) {
    std::vector<std::string> words;
    for (const auto word : split_words(line)) words.emplace_back(word == "''" ? "" : word);
    const auto command = parse_command_line(words, lookups);
    if (!command) return fmt::format("refused ({}): {}", command.error().status, command.error().text);
    return match(
        *command, [](const ChangeCommand& c) { return spoken(c.step); },
        [](const ClearCommand&) { return std::string("clear"); },
        [](const ZeroCommand& c) { return "zero" + (c.service ? " " + c.service->to_string() : ""); },
        [](const ListCommand& c) { return spoken(c); },
        [](const ListConnectionsCommand& c) {
            return std::string("connections") + (c.with_engine ? " engine" : "") +
                   (c.numeric ? " numeric" : "") + (c.json ? " json" : "");
        },
        [](const ListTimeoutsCommand& c) { return std::string("timeouts") + (c.json ? " json" : ""); },
        [](const ListDaemonsCommand& c) { return std::string("daemons") + (c.json ? " json" : ""); },
        [](const SetTimeoutsCommand& c) { return "set " + std::string(trim(listing(c.timeouts))); },
        [](const StartDaemonCommand& c) {
            return "start " + std::string(trim(listing(std::span(&c.daemon, 1))));
        },
        [](const StopDaemonCommand& c) {
            return std::string(c.role == SyncRole::master ? "stop master" : "stop backup");
        },
        [](const SaveCommand& c) { return std::string("save") + (c.numeric ? " numeric" : ""); },
        [](const RestoreCommand& c) { return std::string("restore") + (c.atomic ? " atomic" : ""); },
        [](const HelpCommand&) { return std::string("help"); },
        [](const VersionCommand&) { return std::string("version"); });
}

}  // namespace pulse::ipvs
