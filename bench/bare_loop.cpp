#include "bare_loop.h"

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include <linux/ip_vs.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

namespace pulse::bench {

namespace {

using Bytes = std::vector<char>;

void put_address(nl_msg* message, int attribute, const net::IpAddress& address) {
    std::array<char, 16> room{};
    const auto bytes = address.bytes();
    std::memcpy(room.data(), bytes.data(), bytes.size());
    nla_put(message, attribute, room.size(), room.data());
}

void put_service(nl_msg* message, const ipvs::Service& service) {
    auto* nest = nla_nest_start(message, IPVS_CMD_ATTR_SERVICE);
    nla_put_u16(message, IPVS_SVC_ATTR_AF, AF_INET);
    nla_put_u16(message, IPVS_SVC_ATTR_PROTOCOL, static_cast<std::uint16_t>(service.id.protocol));
    put_address(message, IPVS_SVC_ATTR_ADDR, service.id.endpoint.address);
    nla_put_u16(message, IPVS_SVC_ATTR_PORT, htons(service.id.endpoint.port.number));
    nla_put_string(message, IPVS_SVC_ATTR_SCHED_NAME, service.scheduler.c_str());
    ip_vs_flags flags{.flags = 0, .mask = ~0U};
    nla_put(message, IPVS_SVC_ATTR_FLAGS, sizeof flags, &flags);
    nla_put_u32(message, IPVS_SVC_ATTR_TIMEOUT, 0);
    nla_put_u32(message, IPVS_SVC_ATTR_NETMASK, ~0U);
    nla_nest_end(message, nest);
}

void put_server(nl_msg* message, const ipvs::Destination& server) {
    auto* nest = nla_nest_start(message, IPVS_CMD_ATTR_DEST);
    put_address(message, IPVS_DEST_ATTR_ADDR, server.endpoint.address);
    nla_put_u16(message, IPVS_DEST_ATTR_PORT, htons(server.endpoint.port.number));
    nla_put_u32(message, IPVS_DEST_ATTR_FWD_METHOD, static_cast<std::uint32_t>(server.forwarding));
    nla_put_u32(message, IPVS_DEST_ATTR_WEIGHT, static_cast<std::uint32_t>(server.weight));
    nla_put_u32(message, IPVS_DEST_ATTR_U_THRESH, 0);
    nla_put_u32(message, IPVS_DEST_ATTR_L_THRESH, 0);
    nla_nest_end(message, nest);
}

template <class Fill>
Bytes request(int family, int command, const Fill& fill) {
    const std::unique_ptr<nl_msg, decltype(&nlmsg_free)> message(nlmsg_alloc_size(512), nlmsg_free);
    genlmsg_put(message.get(), 0, 0, family, 0, NLM_F_REQUEST | NLM_F_ACK, static_cast<std::uint8_t>(command),
                IPVS_GENL_VERSION);
    fill(message.get());
    const auto* begin = reinterpret_cast<const char*>(nlmsg_hdr(message.get()));
    return {begin, begin + nlmsg_hdr(message.get())->nlmsg_len};
}

std::vector<Bytes> requests(const ipvs::Table& table, int family) {
    std::vector<Bytes> all;
    for (const auto& [id, entry] : table) {
        all.push_back(
            request(family, IPVS_CMD_NEW_SERVICE, [&](nl_msg* m) { put_service(m, entry.service); }));
        for (const auto& [endpoint, server] : entry.destinations)
            all.push_back(request(family, IPVS_CMD_NEW_DEST, [&](nl_msg* m) {
                put_service(m, entry.service);
                put_server(m, server);
            }));
    }
    return all;
}

}  // namespace

double bare_netlink_load(const ipvs::Table& table) {
    const std::unique_ptr<nl_sock, decltype(&nl_socket_free)> socket(nl_socket_alloc(), nl_socket_free);
    if (!socket || genl_connect(socket.get()) < 0) return -1;
    const int family = genl_ctrl_resolve(socket.get(), IPVS_GENL_NAME);
    if (family < 0) return -1;
    const auto all = requests(table, family);
    const int fd = nl_socket_get_fd(socket.get());
    std::array<char, 4096> answer{};
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& each : all) {
        if (::send(fd, each.data(), each.size(), 0) < 0) return -1;
        if (::recv(fd, answer.data(), answer.size(), 0) <
            static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
            return -1;
        nlmsgerr error{};
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
        if (error.error != 0) return -1;
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace pulse::bench
