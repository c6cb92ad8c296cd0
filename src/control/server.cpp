#include "pulse/control/server.h"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>

#include <grp.h>
#include <unistd.h>

#include "pulse/control/client.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/unique_fd.h"

#include "address.h"

namespace pulse::control {

namespace asio = boost::asio;

namespace {

constexpr const char* operators_group = "pulse";

/// Somebody who listens takes the connection, whether or not he will answer.
bool somebody_listens(const sockaddr_un& address) {
    const runtime::UniqueFd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    return probe && ::connect(probe.get(), generic(address), sizeof address) == 0;
}

void give_to_operators(const std::string& path) {
    const auto* group = ::getgrnam(operators_group);  // NOLINT(concurrency-mt-unsafe): before any thread
    if (group != nullptr && ::chown(path.c_str(), static_cast<uid_t>(-1), group->gr_gid) == 0)
        (void)::chmod(path.c_str(), 0660);
}

}  // namespace

Result<Server> Server::open(asio::io_context& context, std::string path) {
    const auto address = socket_address(path);
    if (!address) return fail(address.error(), "");
    std::error_code ignored;
    std::filesystem::create_directory(std::filesystem::path(path).parent_path(), ignored);
    if (somebody_listens(*address)) return fail(std::error_code(), "another pulse listens at " + path);
    runtime::remove_file(path);
    runtime::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno("cannot make a socket", errno);
    const auto mask = ::umask(0177);  // nobody else may ask before the group is set
    const int bound = ::bind(socket.get(), generic(*address), sizeof *address);
    const int error = errno;
    ::umask(mask);
    if (bound != 0) return fail_errno("cannot listen at " + path, error);
    give_to_operators(path);
    if (::listen(socket.get(), SOMAXCONN) != 0) return fail_errno("cannot listen at " + path, errno);
    return Server(context, std::move(path), socket.release());
}

Server::~Server() {
    if (socket_.is_open()) runtime::remove_file(path_);
}

void Server::serve(OnRequest on_request) {
    on_request_ = std::move(on_request);
    runtime::spawn_logged(*context_, "control socket", accept());
}

asio::awaitable<void> Server::accept() {
    for (;;) {
        const auto [error] =
            co_await socket_.async_wait(asio::posix::descriptor_base::wait_read, runtime::as_result);
        if (error) co_return;
        runtime::UniqueFd accepted(
            ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!accepted) continue;
        auto channel = std::make_shared<process::Channel>(context_->get_executor(), std::move(accepted));
        runtime::spawn_logged(*context_, "control connection", answer(std::move(channel)));
    }
}

asio::awaitable<void> Server::answer(std::shared_ptr<process::Channel> channel) {
    for (;;) {
        const auto request = co_await channel->receive();
        if (!request) co_return;
        const auto answer = co_await on_request_(*request);
        if (auto sent = channel->send(answer); !sent) log::debug("{}", sent.error().message());
    }
}

}  // namespace pulse::control
