#include "ipvs_codec.h"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <sys/socket.h>

#include <netlink/msg.h>

namespace pulse::kernel {

namespace {

constexpr std::uint32_t scheduler_flag_bits = IP_VS_SVC_F_SCHED1 | IP_VS_SVC_F_SCHED2 | IP_VS_SVC_F_SCHED3;

std::uint16_t family_number(net::Family family) { return family == net::Family::v4 ? AF_INET : AF_INET6; }

std::optional<net::Family> family_from(std::uint16_t number) {
    if (number == AF_INET) return net::Family::v4;
    if (number == AF_INET6) return net::Family::v6;
    return std::nullopt;
}

void put_address(nl_msg* message, int attribute, const net::IpAddress& address) {
    nla_put(message, attribute, static_cast<int>(address.padded_bytes().size()),
            address.padded_bytes().data());
}

std::optional<net::IpAddress> address_from(nlattr* attribute, net::Family family) {
    if (attribute == nullptr) return std::nullopt;
    net::IpAddress::Bytes bytes{};
    const auto size = static_cast<std::size_t>(nla_len(attribute));
    if (size < (family == net::Family::v4 ? 4U : 16U)) return std::nullopt;
    std::memcpy(bytes.data(), nla_data(attribute), std::min(size, bytes.size()));
    return net::IpAddress::from_bytes(family, bytes);
}

/// IPv4: a mask in network order; IPv6: a prefix length.
std::uint32_t mask_number(const net::Netmask& mask) {
    if (mask.family() == net::Family::v6) return static_cast<std::uint32_t>(mask.length().value_or(128));
    return htonl(mask.bits().v4_number());
}

net::Netmask mask_from(std::uint32_t number, net::Family family) {
    if (family == net::Family::v6)
        return net::Netmask::prefix(family, static_cast<int>(std::min(number, 128U)));
    return net::Netmask::dotted(net::IpAddress::v4(ntohl(number)));
}

template <class T>
T value_or(nlattr* attribute, T otherwise) {
    T value = otherwise;
    if (attribute != nullptr && static_cast<std::size_t>(nla_len(attribute)) >= sizeof value)
        std::memcpy(&value, nla_data(attribute), sizeof value);
    return value;
}

std::string text_or_empty(nlattr* attribute) {
    if (attribute == nullptr) return {};
    const auto* text = static_cast<const char*>(nla_data(attribute));
    return {text, strnlen(text, static_cast<std::size_t>(nla_len(attribute)))};
}

void put_text(nl_msg* message, int attribute, const std::string& text) {
    nla_put_string(message, attribute, text.c_str());
}

/// A number of the width the kernel sent it in: 64 bits in the newer nest, 32 or 64 in the older.
std::uint64_t number_from(nlattr* attribute) {
    if (attribute == nullptr) return 0;
    return static_cast<std::size_t>(nla_len(attribute)) >= sizeof(std::uint64_t)
               ? value_or<std::uint64_t>(attribute, 0)
               : value_or<std::uint32_t>(attribute, 0);
}

/// Kernels before 4.1 have the older nest alone, whose packets and connections wrap at 32 bits.
ipvs::Statistics statistics_from(nlattr* wide, nlattr* narrow) {
    auto* nest = wide != nullptr ? wide : narrow;
    std::array<nlattr*, IPVS_STATS_ATTR_MAX + 1> attributes{};
    if (nest == nullptr || nla_parse_nested(attributes.data(), IPVS_STATS_ATTR_MAX, nest, nullptr) < 0)
        return {};
    const auto number = [&](int attribute) {
        return number_from(attributes.at(static_cast<std::size_t>(attribute)));
    };
    return {.total = {.connections = number(IPVS_STATS_ATTR_CONNS),
                      .in_packets = number(IPVS_STATS_ATTR_INPKTS),
                      .out_packets = number(IPVS_STATS_ATTR_OUTPKTS),
                      .in_bytes = number(IPVS_STATS_ATTR_INBYTES),
                      .out_bytes = number(IPVS_STATS_ATTR_OUTBYTES)},
            .per_second = {.connections = number(IPVS_STATS_ATTR_CPS),
                           .in_packets = number(IPVS_STATS_ATTR_INPPS),
                           .out_packets = number(IPVS_STATS_ATTR_OUTPPS),
                           .in_bytes = number(IPVS_STATS_ATTR_INBPS),
                           .out_bytes = number(IPVS_STATS_ATTR_OUTBPS)}};
}

}  // namespace

void put_identity(nl_msg* message, const ipvs::ServiceId& id) {
    nla_put_u16(message, IPVS_SVC_ATTR_AF, family_number(id.family));
    if (id.is_mark()) {
        nla_put_u32(message, IPVS_SVC_ATTR_FWMARK, id.mark.number);
        return;
    }
    nla_put_u16(message, IPVS_SVC_ATTR_PROTOCOL, static_cast<std::uint16_t>(id.protocol));
    put_address(message, IPVS_SVC_ATTR_ADDR, id.endpoint.address);
    nla_put_u16(message, IPVS_SVC_ATTR_PORT, htons(id.endpoint.port.number));
}

void put_service(nl_msg* message, const ipvs::Service& service) {
    put_identity(message, service.id);
    put_text(message, IPVS_SVC_ATTR_SCHED_NAME, service.scheduler);
    std::uint32_t flags = service.scheduler_flags & scheduler_flag_bits;
    if (service.persistence) flags |= IP_VS_SVC_F_PERSISTENT;
    if (service.one_packet) flags |= IP_VS_SVC_F_ONEPACKET;
    const std::array<std::uint32_t, 2> flags_and_mask{flags, ~0U};
    nla_put(message, IPVS_SVC_ATTR_FLAGS, sizeof flags_and_mask, flags_and_mask.data());
    nla_put_u32(message, IPVS_SVC_ATTR_TIMEOUT,
                service.persistence ? static_cast<std::uint32_t>(service.persistence->timeout.count()) : 0);
    // The kernel checks the mask's range even when there is nothing to mask.
    nla_put_u32(
        message, IPVS_SVC_ATTR_NETMASK,
        mask_number(service.persistence ? service.persistence->mask : net::Netmask::host(service.id.family)));
    if (!service.engine.empty()) put_text(message, IPVS_SVC_ATTR_PE_NAME, service.engine);
}

void put_identity(nl_msg* message, const net::Endpoint& server) {
    put_address(message, IPVS_DEST_ATTR_ADDR, server.address);
    nla_put_u16(message, IPVS_DEST_ATTR_PORT, htons(server.port.number));
    nla_put_u16(message, IPVS_DEST_ATTR_ADDR_FAMILY, family_number(server.address.family()));
}

void put_destination(nl_msg* message, const ipvs::Destination& destination) {
    put_identity(message, destination.endpoint);
    nla_put_u32(message, IPVS_DEST_ATTR_FWD_METHOD, static_cast<std::uint32_t>(destination.forwarding));
    nla_put_u32(message, IPVS_DEST_ATTR_WEIGHT, static_cast<std::uint32_t>(destination.weight));
    nla_put_u32(message, IPVS_DEST_ATTR_U_THRESH, destination.upper_threshold);
    nla_put_u32(message, IPVS_DEST_ATTR_L_THRESH, destination.lower_threshold);
    if (destination.forwarding != ipvs::Forwarding::tunnel) return;
    nla_put_u8(message, IPVS_DEST_ATTR_TUN_TYPE, static_cast<std::uint8_t>(destination.tunnel.type));
    nla_put_u16(message, IPVS_DEST_ATTR_TUN_PORT, htons(destination.tunnel.port.number));
    nla_put_u16(message, IPVS_DEST_ATTR_TUN_FLAGS, static_cast<std::uint16_t>(destination.tunnel.checksum));
}

std::optional<ipvs::DumpedService> service_from(nlattr* nest) {
    std::array<nlattr*, IPVS_SVC_ATTR_MAX + 1> attributes{};
    if (nla_parse_nested(attributes.data(), IPVS_SVC_ATTR_MAX, nest, nullptr) < 0) return std::nullopt;
    const auto family = family_from(value_or<std::uint16_t>(attributes[IPVS_SVC_ATTR_AF], 0));
    if (!family) return std::nullopt;

    ipvs::Service service;
    if (const auto mark = value_or<std::uint32_t>(attributes[IPVS_SVC_ATTR_FWMARK], 0); mark != 0) {
        service.id = ipvs::ServiceId::marked({mark}, *family);
    } else {
        const auto address = address_from(attributes[IPVS_SVC_ATTR_ADDR], *family);
        if (!address) return std::nullopt;
        const auto protocol = value_or<std::uint16_t>(attributes[IPVS_SVC_ATTR_PROTOCOL], 0);
        const net::Port port{ntohs(value_or<std::uint16_t>(attributes[IPVS_SVC_ATTR_PORT], 0))};
        service.id = ipvs::ServiceId::at(static_cast<net::Protocol>(protocol), {*address, port});
    }
    service.scheduler = text_or_empty(attributes[IPVS_SVC_ATTR_SCHED_NAME]);
    const auto flags = value_or<std::uint32_t>(attributes[IPVS_SVC_ATTR_FLAGS], 0);
    service.scheduler_flags = flags & scheduler_flag_bits;
    service.one_packet = (flags & IP_VS_SVC_F_ONEPACKET) != 0;
    if ((flags & IP_VS_SVC_F_PERSISTENT) != 0)
        service.persistence = ipvs::Persistence{
            .timeout = std::chrono::seconds(value_or<std::uint32_t>(attributes[IPVS_SVC_ATTR_TIMEOUT], 0)),
            .mask = mask_from(value_or<std::uint32_t>(attributes[IPVS_SVC_ATTR_NETMASK], ~0U), *family)};
    service.engine = text_or_empty(attributes[IPVS_SVC_ATTR_PE_NAME]);
    return ipvs::DumpedService{
        .service = std::move(service),
        .destinations = {},
        .statistics = statistics_from(attributes[IPVS_SVC_ATTR_STATS64], attributes[IPVS_SVC_ATTR_STATS])};
}

void put_daemon(nl_msg* message, const ipvs::SyncDaemon& daemon) {
    put_role(message, daemon.role);
    put_text(message, IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface);
    nla_put_u32(message, IPVS_DAEMON_ATTR_SYNC_ID, static_cast<std::uint32_t>(daemon.id));
    if (daemon.max_length)
        nla_put_u16(message, IPVS_DAEMON_ATTR_SYNC_MAXLEN, static_cast<std::uint16_t>(*daemon.max_length));
    if (daemon.group && daemon.group->is_v4())
        nla_put(message, IPVS_DAEMON_ATTR_MCAST_GROUP, 4, daemon.group->bytes().data());
    if (daemon.group && !daemon.group->is_v4())
        nla_put(message, IPVS_DAEMON_ATTR_MCAST_GROUP6, 16, daemon.group->bytes().data());
    // The only port of the family that travels in host order.
    if (daemon.port) nla_put_u16(message, IPVS_DAEMON_ATTR_MCAST_PORT, daemon.port->number);
    if (daemon.ttl) nla_put_u8(message, IPVS_DAEMON_ATTR_MCAST_TTL, *daemon.ttl);
}

void put_role(nl_msg* message, ipvs::SyncRole role) {
    nla_put_u32(message, IPVS_DAEMON_ATTR_STATE,
                role == ipvs::SyncRole::master ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP);
}

std::optional<ipvs::SyncDaemon> daemon_from(nlattr* nest) {
    std::array<nlattr*, IPVS_DAEMON_ATTR_MAX + 1> attributes{};
    if (nla_parse_nested(attributes.data(), IPVS_DAEMON_ATTR_MAX, nest, nullptr) < 0) return std::nullopt;
    ipvs::SyncDaemon daemon;
    const auto state = value_or<std::uint32_t>(attributes[IPVS_DAEMON_ATTR_STATE], 0);
    if (state != IP_VS_STATE_MASTER && state != IP_VS_STATE_BACKUP) return std::nullopt;
    daemon.role = state == IP_VS_STATE_MASTER ? ipvs::SyncRole::master : ipvs::SyncRole::backup;
    daemon.interface = text_or_empty(attributes[IPVS_DAEMON_ATTR_MCAST_IFN]);
    daemon.id = value_or<std::int32_t>(attributes[IPVS_DAEMON_ATTR_SYNC_ID], 0);
    if (auto* length = attributes[IPVS_DAEMON_ATTR_SYNC_MAXLEN])
        daemon.max_length = value_or<std::uint16_t>(length, 0);
    if (auto* group = attributes[IPVS_DAEMON_ATTR_MCAST_GROUP])
        daemon.group = address_from(group, net::Family::v4);
    else
        daemon.group = address_from(attributes[IPVS_DAEMON_ATTR_MCAST_GROUP6], net::Family::v6);
    if (auto* port = attributes[IPVS_DAEMON_ATTR_MCAST_PORT])
        daemon.port = net::Port{value_or<std::uint16_t>(port, 0)};
    if (auto* ttl = attributes[IPVS_DAEMON_ATTR_MCAST_TTL]) daemon.ttl = value_or<std::uint8_t>(ttl, 0);
    return daemon;
}

std::optional<ipvs::DumpedDestination> destination_from(nlattr* nest, net::Family family) {
    std::array<nlattr*, IPVS_DEST_ATTR_MAX + 1> attributes{};
    if (nla_parse_nested(attributes.data(), IPVS_DEST_ATTR_MAX, nest, nullptr) < 0) return std::nullopt;
    const auto own_family =
        family_from(value_or<std::uint16_t>(attributes[IPVS_DEST_ATTR_ADDR_FAMILY], family_number(family)));
    const auto address = address_from(attributes[IPVS_DEST_ATTR_ADDR], own_family.value_or(family));
    if (!address) return std::nullopt;
    constexpr std::uint32_t method_bits = 0x7;
    ipvs::DumpedDestination dumped;
    dumped.destination = {
        .endpoint = {*address, net::Port{ntohs(value_or<std::uint16_t>(attributes[IPVS_DEST_ATTR_PORT], 0))}},
        .forwarding = static_cast<ipvs::Forwarding>(
            value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_FWD_METHOD], 0) & method_bits),
        .weight = value_or<std::int32_t>(attributes[IPVS_DEST_ATTR_WEIGHT], 0),
        .upper_threshold = value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_U_THRESH], 0),
        .lower_threshold = value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_L_THRESH], 0),
        .tunnel = {}};
    if (dumped.destination.forwarding == ipvs::Forwarding::tunnel)
        dumped.destination.tunnel = {
            .type =
                static_cast<ipvs::TunnelType>(value_or<std::uint8_t>(attributes[IPVS_DEST_ATTR_TUN_TYPE], 0)),
            .port = {ntohs(value_or<std::uint16_t>(attributes[IPVS_DEST_ATTR_TUN_PORT], 0))},
            .checksum = static_cast<ipvs::TunnelChecksum>(
                value_or<std::uint16_t>(attributes[IPVS_DEST_ATTR_TUN_FLAGS], 0))};
    dumped.connections = {.active = value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_ACTIVE_CONNS], 0),
                          .inactive = value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_INACT_CONNS], 0),
                          .persistent = value_or<std::uint32_t>(attributes[IPVS_DEST_ATTR_PERSIST_CONNS], 0)};
    dumped.statistics = statistics_from(attributes[IPVS_DEST_ATTR_STATS64], attributes[IPVS_DEST_ATTR_STATS]);
    return dumped;
}

}  // namespace pulse::kernel
