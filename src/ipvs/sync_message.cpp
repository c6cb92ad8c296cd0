#include "pulse/ipvs/sync_message.h"

#include <netinet/in.h>

namespace pulse::ipvs {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t header_size = 8;
constexpr std::size_t size_at = 2;
constexpr std::size_t count_at = 4;
constexpr std::size_t most_in_one = 255;  // counted in one byte

constexpr std::uint8_t version = 1;
constexpr std::uint8_t is_v6 = 1;
constexpr std::uint32_t inactive_flag = 0x0100;

void put16(Bytes& bytes, std::size_t number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(number));
}

void put32(Bytes& bytes, std::uint32_t number) {
    put16(bytes, number >> 16U);
    put16(bytes, number & 0xffffU);
}

std::uint8_t number_of(net::Protocol protocol) {
    switch (protocol) {
        case net::Protocol::tcp:
            return IPPROTO_TCP;
        case net::Protocol::udp:
            return IPPROTO_UDP;
        case net::Protocol::sctp:
            break;
    }
    return IPPROTO_SCTP;
}

Bytes header(std::uint8_t id) {
    // Reserved, id, size, how many, version, spare.
    return {0, id, 0, 0, 0, version, 0, 0};
}

Bytes entry(const SyncedConnection& one) {
    const bool v4 = one.client.address.is_v4();
    constexpr std::size_t size_v4 = 36;
    constexpr std::size_t size_v6 = 72;
    Bytes bytes{static_cast<std::uint8_t>(v4 ? 0 : is_v6), number_of(one.protocol)};
    put16(bytes, v4 ? size_v4 : size_v6);  // above the size the version of the entry, which is 0
    put32(bytes, static_cast<std::uint32_t>(one.forwarding) | (one.inactive ? inactive_flag : 0));
    put16(bytes, one.state);
    for (const auto* end : {&one.client, &one.service, &one.server}) put16(bytes, end->port.number);
    put32(bytes, one.mark.number);
    put32(bytes, 0);  // the time it has left: that of its state
    for (const auto* end : {&one.client, &one.service, &one.server}) {
        const auto address = end->address.bytes();
        bytes.insert(bytes.end(), address.begin(), address.end());
    }
    return bytes;
}

}  // namespace

std::vector<Bytes> sync_messages(std::span<const SyncedConnection> connections, std::uint8_t id,
                                 std::size_t most) {
    std::vector<Bytes> messages;
    for (const auto& connection : connections) {
        const auto one = entry(connection);
        if (messages.empty() || messages.back().size() + one.size() > most ||
            messages.back().at(count_at) == most_in_one)
            messages.push_back(header(id));
        auto& message = messages.back();
        message.insert(message.end(), one.begin(), one.end());
        ++message[count_at];
    }
    for (auto& message : messages) {
        message[size_at] = static_cast<std::uint8_t>(message.size() >> 8U);
        message[size_at + 1] = static_cast<std::uint8_t>(message.size());
    }
    return messages;
}

}  // namespace pulse::ipvs
