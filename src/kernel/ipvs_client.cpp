#include "pulse/kernel/ipvs_client.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/ip_vs.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "pulse/base/match.h"

#include "ipvs_codec.h"

namespace pulse::kernel {

namespace {

/// Puts a nest around what `fill` puts.
template <class Fill>
void nested(nl_msg* message, int attribute, Fill fill) {
    auto* nest = nla_nest_start(message, attribute);
    fill();
    nla_nest_end(message, nest);
}

std::array<nlattr*, IPVS_CMD_ATTR_MAX + 1> top_attributes(nl_msg* message) {
    std::array<nlattr*, IPVS_CMD_ATTR_MAX + 1> attributes{};
    genlmsg_parse(nlmsg_hdr(message), 0, attributes.data(), IPVS_CMD_ATTR_MAX, nullptr);
    return attributes;
}

/// Room for any IPVS request.
constexpr std::size_t message_size = 512;

/// Makes an IPVS request of a message, whatever was in it before.
void begin(nl_msg* message, int family, int number) {
    nlmsg_hdr(message)->nlmsg_len = NLMSG_HDRLEN;
    genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, static_cast<std::uint8_t>(number),
                IPVS_GENL_VERSION);
}

}  // namespace

Result<IpvsClient> IpvsClient::open() {
    auto socket = NetlinkSocket::open(NETLINK_GENERIC);
    if (!socket) return fail(socket.error(), "IPVS");
    const int family = genl_ctrl_resolve(socket->raw(), IPVS_GENL_NAME);
    if (family < 0)
        return fail(std::errc::protocol_not_supported,
                    "this kernel has no IPVS: load it with 'modprobe ip_vs', or use a kernel that has it");
    return IpvsClient(std::move(*socket), family);
}

Message IpvsClient::command(int number) const {
    Message message(nlmsg_alloc_size(message_size));
    begin(message.get(), family_, number);
    return message;
}

Result<ipvs::KernelInfo> IpvsClient::info() {
    const auto message = command(IPVS_CMD_GET_INFO);
    ipvs::KernelInfo info;
    auto done = socket_.request(message.get(), [&](nl_msg* answer) {
        std::array<nlattr*, IPVS_INFO_ATTR_MAX + 1> attributes{};
        genlmsg_parse(nlmsg_hdr(answer), 0, attributes.data(), IPVS_INFO_ATTR_MAX, nullptr);
        if (auto* version = attributes[IPVS_INFO_ATTR_VERSION]) info.version = nla_get_u32(version);
        if (auto* size = attributes[IPVS_INFO_ATTR_CONN_TAB_SIZE])
            info.connection_table_size = nla_get_u32(size);
    });
    if (!done) return fail(done.error(), "asking IPVS for its version");
    return info;
}

Result<ipvs::Dump> IpvsClient::dump() {
    const auto message = command(IPVS_CMD_GET_SERVICE);
    ipvs::Dump dump;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto* nest = top_attributes(answer)[IPVS_CMD_ATTR_SERVICE])
            if (auto service = service_from(nest)) dump.push_back(std::move(*service));
    });
    if (!done) return fail(done.error(), "reading the IPVS table");
    for (auto& service : dump) {
        auto servers = destinations(service.service.id);
        if (!servers) return fail(servers.error(), "");
        service.destinations = std::move(*servers);
    }
    return dump;
}

Result<ipvs::DumpedService> IpvsClient::dump(const ipvs::ServiceId& id) {
    const auto message = command(IPVS_CMD_GET_SERVICE);
    nested(message.get(), IPVS_CMD_ATTR_SERVICE, [&] { put_identity(message.get(), id); });
    std::optional<ipvs::DumpedService> found;
    auto done = socket_.request(message.get(), [&](nl_msg* answer) {
        if (auto* nest = top_attributes(answer)[IPVS_CMD_ATTR_SERVICE]) found = service_from(nest);
    });
    if (!done) return fail(done.error(), "reading service " + id.to_string());
    if (!found) return fail(std::errc::no_such_process, "reading service " + id.to_string());
    auto servers = destinations(id);
    if (!servers) return fail(servers.error(), "");
    found->destinations = std::move(*servers);
    return std::move(*found);
}

Result<std::vector<ipvs::DumpedDestination>> IpvsClient::destinations(const ipvs::ServiceId& service) {
    const auto message = command(IPVS_CMD_GET_DEST);
    nested(message.get(), IPVS_CMD_ATTR_SERVICE, [&] { put_identity(message.get(), service); });
    std::vector<ipvs::DumpedDestination> servers;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto* nest = top_attributes(answer)[IPVS_CMD_ATTR_DEST])
            if (const auto server = destination_from(nest, service.family)) servers.push_back(*server);
    });
    if (!done) return fail(done.error(), "reading the servers of " + service.to_string());
    return servers;
}

void IpvsClient::write(nl_msg* message, const ipvs::Step& step) const {
    const auto whole = [&](int number, const ipvs::Service& service) {
        begin(message, family_, number);
        nested(message, IPVS_CMD_ATTR_SERVICE, [&] { put_service(message, service); });
    };
    const auto of_service = [&](int number, const ipvs::ServiceId& id) {
        begin(message, family_, number);
        nested(message, IPVS_CMD_ATTR_SERVICE, [&] { put_identity(message, id); });
    };
    const auto server = [&](int number, const ipvs::ServiceId& id, const ipvs::Destination& destination) {
        of_service(number, id);
        nested(message, IPVS_CMD_ATTR_DEST, [&] { put_destination(message, destination); });
    };
    match(
        step,  //
        [&](const ipvs::AddService& s) { whole(IPVS_CMD_NEW_SERVICE, s.service); },
        [&](const ipvs::EditService& s) { whole(IPVS_CMD_SET_SERVICE, s.service); },
        [&](const ipvs::DeleteService& s) { of_service(IPVS_CMD_DEL_SERVICE, s.id); },
        [&](const ipvs::AddDestination& s) { server(IPVS_CMD_NEW_DEST, s.service, s.destination); },
        [&](const ipvs::EditDestination& s) { server(IPVS_CMD_SET_DEST, s.service, s.destination); },
        [&](const ipvs::DeleteDestination& s) {
            of_service(IPVS_CMD_DEL_DEST, s.service);
            nested(message, IPVS_CMD_ATTR_DEST, [&] { put_identity(message, s.endpoint); });
        });
}

Result<void> IpvsClient::apply(const ipvs::Step& step) {
    const auto failed = apply(std::span(&step, 1));
    if (!failed) return fail(failed.error(), ipvs::describe(step));
    if (!failed->empty()) return tl::unexpected(failed->front().error);
    return {};
}

Result<std::vector<FailedStep>> IpvsClient::apply(std::span<const ipvs::Step> steps) {
    std::vector<FailedStep> failed;
    for (std::size_t first = 0; first < steps.size(); first += NetlinkSocket::batch_size) {
        const auto batch = steps.subspan(first, std::min(NetlinkSocket::batch_size, steps.size() - first));
        while (batch_.size() < batch.size()) batch_.emplace_back(nlmsg_alloc_size(message_size));
        for (std::size_t i = 0; i < batch.size(); ++i) write(batch_[i].get(), batch[i]);
        auto done = socket_.request_all(std::span(batch_).first(batch.size()), [&](std::size_t index,
                                                                                   int error) {
            if (error == 0) return;
            const std::error_code code(error, std::system_category());
            failed.push_back({.index = first + index, .error = {code, ipvs::refusal(batch[index], error)}});
        });
        if (!done) return fail(done.error(), "writing the IPVS table");
    }
    return failed;
}

Result<void> IpvsClient::flush() {
    const auto message = command(IPVS_CMD_FLUSH);
    auto done = socket_.request(message.get());
    return done ? done : Result<void>(fail(done.error(), "clearing the IPVS table"));
}

Result<void> IpvsClient::set_timeouts(const IpvsTimeouts& timeouts) {
    const auto message = command(IPVS_CMD_SET_CONFIG);
    const auto put = [&](int attribute, std::chrono::seconds value) {
        if (value.count() > 0)
            nla_put_u32(message.get(), attribute, static_cast<std::uint32_t>(value.count()));
    };
    put(IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts.tcp);
    put(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts.tcp_fin);
    put(IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts.udp);
    auto done = socket_.request(message.get());
    return done ? done : Result<void>(fail(done.error(), "setting the IPVS timeouts"));
}

Result<IpvsTimeouts> IpvsClient::timeouts() {
    const auto message = command(IPVS_CMD_GET_CONFIG);
    IpvsTimeouts timeouts;
    auto done = socket_.request(message.get(), [&](nl_msg* answer) {
        const auto attributes = top_attributes(answer);
        const auto read = [&](std::size_t attribute) {
            auto* value = attributes.at(attribute);
            return std::chrono::seconds(value != nullptr ? nla_get_u32(value) : 0);
        };
        timeouts = {.tcp = read(IPVS_CMD_ATTR_TIMEOUT_TCP),
                    .tcp_fin = read(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN),
                    .udp = read(IPVS_CMD_ATTR_TIMEOUT_UDP)};
    });
    if (!done) return fail(done.error(), "reading the IPVS timeouts");
    return timeouts;
}

Result<void> IpvsClient::zero() {
    const auto message = command(IPVS_CMD_ZERO);
    auto done = socket_.request(message.get());
    return done ? done : Result<void>(fail(done.error(), "zeroing the IPVS counters"));
}

Result<void> IpvsClient::zero(const ipvs::ServiceId& id) {
    const auto message = command(IPVS_CMD_ZERO);
    nested(message.get(), IPVS_CMD_ATTR_SERVICE, [&] { put_identity(message.get(), id); });
    auto done = socket_.request(message.get());
    return done ? done : Result<void>(fail(done.error(), "zeroing the counters of " + id.to_string()));
}

Result<std::vector<ipvs::SyncDaemon>> IpvsClient::daemons() {
    const auto message = command(IPVS_CMD_GET_DAEMON);
    std::vector<ipvs::SyncDaemon> daemons;
    auto done = socket_.dump(message.get(), [&](nl_msg* answer) {
        if (auto* nest = top_attributes(answer)[IPVS_CMD_ATTR_DAEMON])
            if (auto daemon = daemon_from(nest)) daemons.push_back(std::move(*daemon));
    });
    if (!done) return fail(done.error(), "reading the synchronisation daemons");
    std::ranges::stable_sort(daemons, {}, &ipvs::SyncDaemon::role);
    return daemons;
}

Result<void> IpvsClient::start_daemon(const ipvs::SyncDaemon& daemon) {
    const auto message = command(IPVS_CMD_NEW_DAEMON);
    nested(message.get(), IPVS_CMD_ATTR_DAEMON, [&] { put_daemon(message.get(), daemon); });
    auto done = socket_.request(message.get());
    return done ? done
                : Result<void>(
                      fail(done.error(), "starting connection synchronisation on " + daemon.interface));
}

Result<void> IpvsClient::stop_daemon(SyncRole role) {
    const auto message = command(IPVS_CMD_DEL_DAEMON);
    nested(message.get(), IPVS_CMD_ATTR_DAEMON, [&] { put_role(message.get(), role); });
    auto done = socket_.request(message.get());
    return done ? done : Result<void>(fail(done.error(), "stopping connection synchronisation"));
}

Result<void> IpvsClient::stop_sync() {
    for (const auto role : {SyncRole::backup, SyncRole::master})
        if (auto done = stop_daemon(role); !done && done.error().code.value() != ESRCH) return done;
    return {};
}

}  // namespace pulse::kernel
