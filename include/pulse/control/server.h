#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "pulse/base/fields.h"
#include "pulse/base/result.h"
#include "pulse/process/channel.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::control {

/// Answers the questions of operators' programs over a local SOCK_SEQPACKET socket: one datagram is one
/// request, and one is its answer. Who may ask is what the socket's file says: its owner, and the group
/// `lvs-admin` if there is one.
///
/// There are limits to how many may be connected, in all and of one user, and to how long one may say
/// nothing; when descriptors run out, nobody else is harmed.
class Server {
  public:
    using OnRequest = std::function<boost::asio::awaitable<Fields>(Fields)>;

    /// Makes the socket, and its directory if need be. One that is left from a crash is replaced; one that
    /// somebody answers on is an error.
    [[nodiscard]] static Result<Server> open(boost::asio::io_context& context, std::string path);

    /// Begins to answer. Must be called on the object that stays: what it starts refers to it.
    void serve(OnRequest on_request);

    ~Server();
    Server(Server&&) = default;
    Server& operator=(Server&&) = delete;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

  private:
    Server(boost::asio::io_context& context, std::string path, int socket)
        : context_(&context), path_(std::move(path)), socket_(context, socket) {}
    struct Connection;

    boost::asio::awaitable<void> accept();
    [[nodiscard]] bool take_one();
    void admit(runtime::UniqueFd socket);
    bool send_longest_idle_away();
    boost::asio::awaitable<void> answer(std::shared_ptr<Connection> connection);

    boost::asio::io_context* context_;
    std::string path_;
    boost::asio::posix::stream_descriptor socket_;
    OnRequest on_request_;
    std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace pulse::control
