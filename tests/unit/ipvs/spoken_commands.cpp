#include "spoken_commands.h"

#include <vector>

#include <fmt/format.h>

#include "pulse/base/match.h"
#include "pulse/base/text.h"
#include "pulse/ipvs/listing.h"

namespace pulse::ipvs {

namespace {

const NameLookups lookups{
    .host = [](std::string_view name) -> std::optional<net::IpAddress> {
        if (name == "www") return net::IpAddress::v4(0x0a000050);
        if (name == "v6host") return net::IpAddress::parse("fd00::80");
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
    return fmt::format(" {} {} method {} weight {} limits {}-{}", service.to_string(),
                       server.endpoint.to_string(), static_cast<int>(server.forwarding), server.weight,
                       server.lower_threshold, server.upper_threshold);
}

}  // namespace

std::string asked(std::string_view line) {
    std::vector<std::string> words;
    for (const auto word : split_words(line)) words.emplace_back(word == "''" ? "" : word);
    const auto command = parse_command_line(words, lookups);
    if (!command) return fmt::format("refused ({}): {}", command.error().status, command.error().text);
    return match(
        *command, [](const AddServiceCommand& c) { return "add" + spoken(c.service); },
        [](const EditServiceCommand& c) { return "edit" + spoken(c.service); },
        [](const DeleteServiceCommand& c) { return "delete " + c.service.to_string(); },
        [](const AddServerCommand& c) { return "add" + spoken(c.service, c.server); },
        [](const EditServerCommand& c) { return "edit" + spoken(c.service, c.server); },
        [](const DeleteServerCommand& c) {
            return "delete " + c.service.to_string() + " " + c.server.to_string();
        },
        [](const ClearCommand&) { return std::string("clear"); },
        [](const ListCommand& c) {
            return "list" + (c.service ? " " + c.service->to_string() : "") + (c.numeric ? " numeric" : "");
        },
        [](const HelpCommand&) { return std::string("help"); },
        [](const VersionCommand&) { return std::string("version"); });
}

}  // namespace pulse::ipvs
