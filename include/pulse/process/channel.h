#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/seq_packet_protocol.hpp>

#include "pulse/base/fields.h"
#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

/// The descriptor a child finds its channel to the parent on.
inline constexpr int child_channel_fd = 3;

/// Two connected SOCK_SEQPACKET sockets, both close-on-exec: one to keep, one for the child (unix(7)).
[[nodiscard]] Result<std::pair<runtime::UniqueFd, runtime::UniqueFd>> make_channel_pair();

/// The channel our parent left on descriptor 3, or nothing when we were started by hand. Marks it
/// close-on-exec.
[[nodiscard]] std::optional<runtime::UniqueFd> inherited_channel();

/// A message and, if the sender passed one, a descriptor (SCM_RIGHTS, unix(7)), close-on-exec.
struct Message {
    Fields fields;
    runtime::UniqueFd descriptor;
};

/// Waits for the next message without an event loop, for a child that must know it before it has one; nullopt
/// when the peer is gone or `patience` is over.
[[nodiscard]] std::optional<Message> wait_for_message(int socket, std::chrono::milliseconds patience);

/// One end of a parent-child connection: one datagram is one message, a closed channel is the death of the
/// peer.
class Channel {
  public:
    Channel(const boost::asio::any_io_executor& executor, runtime::UniqueFd socket);

    /// Sends without waiting. A full queue, a dead peer, and a message of nothing or of more than 8 KiB are
    /// errors; nothing is retried. `descriptor` goes with it; ours stays open.
    [[nodiscard]] Result<void> send(const Fields& message, int descriptor = -1);

    /// Waits until there is room for a message. False when the channel is closed.
    [[nodiscard]] boost::asio::awaitable<bool> has_room();

    /// The next message; nullopt when the peer has closed its end, or the channel was closed here.
    [[nodiscard]] boost::asio::awaitable<std::optional<Fields>> receive();

    /// The same for one who is passed descriptors; `receive` closes them.
    [[nodiscard]] boost::asio::awaitable<std::optional<Message>> receive_message();

    void close();

  private:
    boost::asio::generic::seq_packet_protocol::socket socket_;
};

}  // namespace pulse::process
