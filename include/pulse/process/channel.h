#pragma once

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

/// One end of a parent-child connection: one datagram is one message, a closed channel is the death of the
/// peer.
class Channel {
  public:
    Channel(const boost::asio::any_io_executor& executor, runtime::UniqueFd socket);

    /// Sends without waiting. A full queue, a dead peer, and a message of nothing or of more than 8 KiB are
    /// errors; nothing is retried.
    [[nodiscard]] Result<void> send(const Fields& message);

    /// Waits until there is room for a message. False when the channel is closed.
    [[nodiscard]] boost::asio::awaitable<bool> has_room();

    /// The next message; nullopt when the peer has closed its end, or the channel was closed here.
    [[nodiscard]] boost::asio::awaitable<std::optional<Fields>> receive();

    void close();

  private:
    boost::asio::generic::seq_packet_protocol::socket socket_;
};

}  // namespace pulse::process
