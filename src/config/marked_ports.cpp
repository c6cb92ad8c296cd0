#include "access.h"

namespace pulse::config {

namespace {

std::optional<net::Port> port_called(const Values& values, std::string_view text, net::Protocol protocol) {
    const auto number = parse_decimal<std::uint16_t>(text);
    if (!number) return values.lookups().service(text, protocol);
    return *number == 0 ? std::nullopt : std::optional(net::Port{*number});
}

std::optional<net::Protocol> protocol_called(std::string_view text) {
    for (const auto protocol : {net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp})
        if (net::name(protocol) == text) return protocol;
    return std::nullopt;
}

/// FIRST[:LAST][/PROTOCOL]
std::optional<MarkedPorts> ports_called(const Values& values, std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto range = text.substr(0, slash);
    const auto colon = std::min(range.find(':'), range.size());
    const auto said = slash < text.size() ? protocol_called(text.substr(slash + 1)) : std::nullopt;
    if (slash < text.size() && !said) return std::nullopt;
    const auto protocol = said.value_or(values.protocol);
    const auto first = port_called(values, range.substr(0, colon), protocol);
    const auto last = colon == range.size() ? first : port_called(values, range.substr(colon + 1), protocol);
    if (!first || !last || *last < *first) return std::nullopt;
    return MarkedPorts{.first = *first, .last = *last, .protocol = said};
}

}  // namespace

std::optional<std::vector<MarkedPorts>> read_ports(Values& values) {
    if (values.size() == 0) {
        (void)values.exactly(1);
        return std::nullopt;
    }
    std::vector<MarkedPorts> all;
    for (const auto& [at, word] : listed(values)) {
        const auto ports = ports_called(values, word);
        if (!ports) {
            values.error(at, "invalid argument",
                         "ports are written 80, 10000:20000 or 5060/udp, with commas between");
            return std::nullopt;
        }
        all.push_back(*ports);
    }
    return all;
}

std::vector<std::string> words(const std::vector<MarkedPorts>& all) {
    std::vector<std::string> out;
    for (const auto& ports : all) {
        auto text = std::to_string(ports.first.number);
        if (ports.last != ports.first) text += ":" + std::to_string(ports.last.number);
        if (ports.protocol) text += "/" + std::string(net::name(*ports.protocol));
        out.push_back(std::move(text));
    }
    return out;
}

}  // namespace pulse::config
