#include "pulse/ipvs/connections.h"

#include <charconv>

#include <fmt/format.h>

#include "pulse/base/text.h"

namespace pulse::ipvs {

namespace {

template <class T>
std::optional<T> parse_hexadecimal(std::string_view text) {
    T value{};
    const auto* end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, value, 16);
    if (code != std::errc{} || rest != end) return std::nullopt;
    return value;
}

/// Eight hexadecimal digits, or an IPv6 address in full, in brackets or not.
std::optional<net::IpAddress> address_from(std::string_view text) {
    if (text.find(':') == std::string_view::npos) {
        const auto number = parse_hexadecimal<std::uint32_t>(text);
        return number ? std::optional(net::IpAddress::v4(*number)) : std::nullopt;
    }
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    return net::IpAddress::parse(text);
}

std::optional<net::Endpoint> endpoint_from(std::string_view address, std::string_view port) {
    const auto read_address = address_from(address);
    const auto read_port = parse_hexadecimal<std::uint16_t>(port);
    if (!read_address || !read_port) return std::nullopt;
    return net::Endpoint{.address = *read_address, .port = {*read_port}};
}

net::Protocol protocol_of(const Connection& connection) {
    if (connection.protocol == "UDP") return net::Protocol::udp;
    return connection.protocol == "SCTP" ? net::Protocol::sctp : net::Protocol::tcp;
}

}  // namespace

std::optional<Connection> connection_from(std::string_view line) {
    const auto words = split_words(line);
    constexpr std::size_t least = 9;
    if (words.size() < least) return std::nullopt;
    const auto client = endpoint_from(words[1], words[2]);
    const auto service = endpoint_from(words[3], words[4]);
    const auto server = endpoint_from(words[5], words[6]);
    const auto seconds = parse_decimal<std::uint32_t>(words[8]);
    if (!client || !service || !server || !seconds) return std::nullopt;
    return Connection{.protocol = std::string(words[0]),
                      .client = *client,
                      .service = *service,
                      .server = *server,
                      .state = std::string(words[7]),
                      .expires = std::chrono::seconds(*seconds),
                      .engine = std::string(words.size() > least ? words[least] : ""),
                      .engine_data = std::string(words.size() > least + 1 ? words[least + 1] : "")};
}

std::vector<Connection> connections_from(std::string_view text) {
    std::vector<Connection> connections;
    for (const auto line : split(text, '\n'))
        if (auto connection = connection_from(line)) connections.push_back(std::move(*connection));
    return connections;
}

std::string listing(const std::vector<Connection>& connections, bool with_engine, const Naming& naming) {
    std::string text =
        "IPVS connection entries\npro expire state       source             virtual            destination";
    text += with_engine ? "        pe name          pe_data\n" : "\n";
    for (const auto& each : connections) {
        const auto name = [&](const net::Endpoint& endpoint) {
            return endpoint_text(endpoint, protocol_of(each), naming);
        };
        constexpr int minute = 60;
        const auto expires =
            fmt::format("{:02}:{:02}", each.expires.count() / minute, each.expires.count() % minute);
        text += fmt::format("{:<3} {:<6} {:<11} {:<18} {:<18} ", each.protocol, expires, each.state,
                            name(each.client), name(each.service));
        if (with_engine && !each.engine.empty())
            text += fmt::format("{:<16} {:<18} {}\n", name(each.server), each.engine, each.engine_data);
        else
            text += name(each.server) + "\n";
    }
    return text;
}

}  // namespace pulse::ipvs
