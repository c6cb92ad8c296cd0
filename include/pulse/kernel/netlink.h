#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "pulse/base/result.h"

namespace pulse::kernel {

struct MessageDeleter {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
};
using Message = std::unique_ptr<nl_msg, MessageDeleter>;

/// A netlink socket for short synchronous requests to this host's kernel, built on libnl. Errors keep the
/// kernel's errno: libnl's own codes fold ESRCH and ENOENT into one, which IPVS tells apart.
class NetlinkSocket {
  public:
    /// Opens and connects a socket of a netlink protocol (NETLINK_ROUTE, NETLINK_GENERIC).
    [[nodiscard]] static Result<NetlinkSocket> open(int protocol);

    /// Sends a request with NLM_F_ACK added and waits for the answer; `on_message` sees each data message.
    [[nodiscard]] Result<void> request(nl_msg* message, const std::function<void(nl_msg*)>& on_message = {});

    /// How many requests may be in flight: their answers must fit the socket's receive buffer.
    static constexpr std::size_t batch_size = 64;

    /// Sends up to `batch_size` requests in one piece and waits for all the answers; the kernel works through
    /// them in order, and one that fails does not stop the next. `on_answer` hears for each which it was and
    /// its errno, 0 for success. The error is that the conversation broke: what the kernel has done is then
    /// unknown.
    [[nodiscard]] Result<void> request_all(
        std::span<const Message> messages,
        const std::function<void(std::size_t index, int error_number)>& on_answer);

    /// Sends a dump request and hands over every message. An interrupted dump is an error, never a short
    /// table.
    [[nodiscard]] Result<void> dump(nl_msg* message, const std::function<void(nl_msg*)>& on_message);

    [[nodiscard]] nl_sock* raw() const { return socket_.get(); }

  private:
    struct SocketDeleter {
        void operator()(nl_sock* socket) const { nl_socket_free(socket); }
    };
    explicit NetlinkSocket(nl_sock* socket) : socket_(socket) {}
    [[nodiscard]] Result<void> transact(nl_msg* message, const std::function<void(nl_msg*)>& on_message);

    std::unique_ptr<nl_sock, SocketDeleter> socket_;
    std::vector<std::byte> outgoing_;  ///< kept from batch to batch
};

}  // namespace pulse::kernel
