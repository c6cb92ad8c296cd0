#include "pulse/control/server.h"

#include <array>
#include <cerrno>
#include <filesystem>

#include <sys/socket.h>
#include <sys/stat.h>

#include <grp.h>
#include <unistd.h>

#include "pulse/control/client.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/thread.h"
#include "pulse/runtime/unique_fd.h"

#include "address.h"
#include "guests.h"

namespace pulse::control {

namespace asio = boost::asio;

namespace {

constexpr const char* operators_group = "lvs-admin";

/// A client that asks nothing for so long has been forgotten by whoever started it.
constexpr auto idle_limit = std::chrono::minutes(1);

/// After a connection that could not be taken: it is still there to be taken.
constexpr auto pause = std::chrono::milliseconds(100);

/// A name service that takes longer leaves the socket to root.
constexpr auto group_limit = std::chrono::seconds(2);

/// Somebody who listens takes the connection, whether or not he will answer.
bool somebody_listens(const sockaddr_un& address) {
    const runtime::UniqueFd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    return probe && ::connect(probe.get(), generic(address), sizeof address) == 0;
}

/// nullopt: there is no such group.
Result<std::optional<gid_t>> find_group(const std::string& name) {
    std::array<char, 65536> room{};  // a group may have many members
    group entry{};
    group* found = nullptr;
    const int error = ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (error != 0) return fail_errno("cannot look up the group " + name, error);
    return found != nullptr ? std::optional(entry.gr_gid) : std::nullopt;
}

void give_to_operators(const std::string& path) {
    const std::function<Result<std::optional<gid_t>>()> asking = [] { return find_group(operators_group); };
    const auto group = runtime::within(group_limit, "no answer about the group of operators", asking);
    if (!group) return log::warning("only root can use pulsectl: {}", group.error().message());
    if (*group && ::chown(path.c_str(), static_cast<uid_t>(-1), **group) == 0)
        (void)::chmod(path.c_str(), 0660);
}

uid_t user_of(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    (void)::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return peer.uid;
}

}  // namespace

struct Server::Connection {
    process::Channel channel;
    Guest guest;
};

Result<Server> Server::open(asio::io_context& context, std::string path) {
    const auto address = socket_address(path);
    if (!address) return fail(address.error(), "");
    const auto directory = std::filesystem::path(path).parent_path();
    // The umask must not keep operators out.
    if (::mkdir(directory.c_str(), 0755) == 0) (void)::chmod(directory.c_str(), 0755);
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
        if (!take_one()) co_await runtime::sleep_until(Clock::now() + pause);
    }
}

/// False if whoever waits has to wait on.
bool Server::take_one() {
    const auto take = [&] {
        return runtime::UniqueFd(
            ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    };
    auto accepted = take();
    if (!accepted && (errno == EMFILE || errno == ENFILE) && send_longest_idle_away()) accepted = take();
    if (!accepted) return errno == ECONNABORTED || errno == EAGAIN || errno == EINTR;
    admit(std::move(accepted));
    return true;
}

void Server::admit(runtime::UniqueFd socket) {
    std::vector<Guest> guests;
    for (const auto& connection : connections_) guests.push_back(connection->guest);
    const auto user = user_of(socket.get());
    const auto admission = control::admit(guests, user);
    if (!admission.welcome) return;
    if (admission.leaves) connections_[*admission.leaves]->channel.close();
    if (admission.leaves)
        connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(*admission.leaves));
    const auto connection = std::make_shared<Connection>(
        Connection{.channel = process::Channel(context_->get_executor(), std::move(socket)),
                   .guest = {.user = user, .idle_since = Clock::now()}});
    connections_.push_back(connection);
    runtime::spawn_logged(*context_, "control connection", answer(connection));
}

bool Server::send_longest_idle_away() {
    std::vector<Guest> guests;
    for (const auto& connection : connections_) guests.push_back(connection->guest);
    const auto leaves = longest_idle(guests);
    if (!leaves) return false;
    connections_[*leaves]->channel.close();
    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(*leaves));
    return true;
}

asio::awaitable<void> Server::answer(std::shared_ptr<Connection> connection) {
    auto& [channel, guest] = *connection;
    for (;;) {
        const auto request =
            co_await runtime::with_deadline(guest.idle_since + idle_limit, channel.receive());
        if (!request || !*request) break;
        guest.busy = true;
        const auto answer = co_await on_request_(**request);
        if (auto sent = channel.send(answer); !sent) log::debug("{}", sent.error().message());
        guest.busy = false;
        guest.idle_since = Clock::now();
    }
    std::erase(connections_, connection);
}

}  // namespace pulse::control
