#include "client.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>

#include "pulse/runtime/unique_fd.h"

#include "clock.h"
#include "namespace.h"

namespace pulse::chaos {
namespace {

constexpr double interval = 0.02;
constexpr double patience = 1;
constexpr double long_interval = 0.2;
constexpr double long_patience = 3;
constexpr int long_connections = 3;

/// One TCP connection that asks a question at a time, without ever waiting for anything.
class Connection {
  public:
    explicit Connection(const sockaddr_in& to)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
            errno != EINPROGRESS)
            error_ = std::strerror(errno);
    }

    [[nodiscard]] pollfd wish() const {
        return {.fd = socket_.get(),
                .events = static_cast<short>(!connected_ && unsent_ ? POLLOUT : POLLIN),
                .revents = 0};
    }
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] const std::string& answer() const { return answer_; }

    void ask(std::string_view question) {
        answer_.clear();
        unsent_ = question;
        if (connected_) send();
    }

    /// Does what the socket is ready for.
    void step() {
        if (!connected_) {
            int error = 0;
            socklen_t size = sizeof error;
            (void)::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) {
                error_ = std::strerror(error);
                return;
            }
            connected_ = true;
            send();
            return;
        }
        std::array<char, 4096> part{};
        const auto got = ::recv(socket_.get(), part.data(), part.size(), 0);
        if (got > 0)
            answer_.append(part.data(), static_cast<std::size_t>(got));
        else if (got == 0)
            closed_ = true;
        else if (errno != EAGAIN)
            error_ = std::strerror(errno);
    }

  private:
    void send() {
        if (!unsent_) return;
        if (::send(socket_.get(), unsent_->data(), unsent_->size(), MSG_NOSIGNAL) < 0)
            error_ = std::strerror(errno);
        unsent_.reset();
    }

    runtime::UniqueFd socket_;
    bool connected_ = false;
    bool closed_ = false;
    std::optional<std::string_view> unsent_;  ///< a literal
    std::string answer_;
    std::string error_;
};

std::string body_of(const std::string& answer) {
    const auto head = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 200") || head == std::string::npos) return {};
    auto body = answer.substr(head + 4);
    while (!body.empty() && body.back() == '\n') body.pop_back();
    return body;
}

/// A connection for a single request.
struct Short {
    double begin = 0;
    double late = 0;
    Connection connection;

    Short(double due, double time, const sockaddr_in& to) : begin(time), late(time - due), connection(to) {
        connection.ask("GET / HTTP/1.0\r\n\r\n");
    }

    /// What became of it, once that is known.
    [[nodiscard]] std::optional<Request> result(double time, const std::set<std::string>& servers) const {
        const auto ends = [&](Outcome outcome, std::string detail) {
            return Request{.begin = begin, .outcome = outcome, .detail = std::move(detail), .late = late};
        };
        if (!connection.error().empty()) return ends(Outcome::failed, connection.error());
        if (connection.closed()) {
            if (connection.answer().empty()) return ends(Outcome::failed, "closed without an answer");
            const auto body = body_of(connection.answer());
            return servers.contains(body) ? ends(Outcome::ok, body) : ends(Outcome::wrong, "wrong answer");
        }
        if (time - begin > patience)
            return ends(Outcome::failed, connection.connected() ? "no answer" : "no connection");
        return std::nullopt;
    }
};

/// A connection that lasts; another begins where one ended.
class Long {
  public:
    explicit Long(const sockaddr_in& to) : to_(to) {}

    [[nodiscard]] const Connection* connection() const { return connection_ ? &*connection_ : nullptr; }
    Connection* connection() { return connection_ ? &*connection_ : nullptr; }

    [[nodiscard]] std::optional<Request> turn(double time) {
        if (!connection_) {
            if (time < next_) return std::nullopt;
            connection_.emplace(to_);
            ask(time);
            answered_ = false;
            return std::nullopt;
        }
        if (asked_ && body_of(connection_->answer()).empty()) {
            if (!connection_->error().empty()) return over(time, connection_->error());
            if (connection_->closed()) return over(time, "closed");
            // What never began is for the other requests to count.
            if (!connection_->connected() && time - *asked_ > patience) return over(time, "no connection");
            if (time - *asked_ > long_patience) return over(time, "silent");
            return std::nullopt;
        }
        std::optional<Request> answer;
        if (asked_) {
            answered_ = true;
            answer =
                Request{.begin = *asked_, .outcome = Outcome::kept, .detail = body_of(connection_->answer())};
            asked_.reset();
            // nginx ends a connection after a thousand requests, and says so.
            if (connection_->answer().find("Connection: close") != std::string::npos) connection_.reset();
        } else if (connection_->closed() || !connection_->error().empty()) {
            return over(time, connection_->closed() ? "closed" : connection_->error());
        } else if (time >= next_) {
            ask(time);
        }
        return answer;
    }

  private:
    void ask(double time) {
        connection_->ask("GET / HTTP/1.1\r\nHost: lab\r\n\r\n");
        asked_ = time;
        next_ = time + long_interval;
    }
    std::optional<Request> over(double time, std::string why) {
        const Request end{
            .begin = asked_.value_or(time), .outcome = Outcome::broken, .detail = std::move(why)};
        connection_.reset();
        asked_.reset();
        next_ = time + long_interval;
        return answered_ ? std::optional(end) : std::nullopt;
    }

    sockaddr_in to_;
    std::optional<Connection> connection_;
    std::optional<double> asked_;
    double next_ = 0;
    bool answered_ = false;
};

}  // namespace

Client::Client(std::string address, std::uint16_t port, std::set<std::string> servers)
    : address_(std::move(address)), port_(port), servers_(std::move(servers)), thread_([this] { work(); }) {}

Client::~Client() { (void)finish(); }

std::vector<Request> Client::finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return requests_;
}

void Client::work() {
    const lab::InHost here("client");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    (void)::inet_pton(AF_INET, address_.c_str(), &to.sin_addr);
    std::list<Short> shorts;
    std::list<Long> longs;
    for (int n = 0; n < long_connections; ++n) longs.emplace_back(to);
    double due = now();
    while (!stop_ || !shorts.empty()) {
        double time = now();
        for (; !stop_ && due <= time; due += interval) shorts.emplace_back(due, time, to);
        for (auto one = shorts.begin(); one != shorts.end();) {
            auto result = one->result(time, servers_);
            if (result) requests_.push_back(std::move(*result));
            one = result ? shorts.erase(one) : std::next(one);
        }
        for (auto& one : longs)
            if (auto news = one.turn(time)) requests_.push_back(std::move(*news));

        std::vector<Connection*> asked;
        std::vector<pollfd> wishes;
        const auto wait_for = [&](Connection& connection) {
            asked.push_back(&connection);
            wishes.push_back(connection.wish());
        };
        for (auto& one : shorts) wait_for(one.connection);
        for (auto& one : longs)
            if (one.connection() != nullptr) wait_for(*one.connection());
        time = now();
        const int pause = due > time ? static_cast<int>((due - time) * 1e3) + 1 : 0;
        (void)::poll(wishes.data(), wishes.size(), pause);
        for (std::size_t i = 0; i < wishes.size(); ++i)
            if (wishes[i].revents != 0) asked[i]->step();
    }
}

}  // namespace pulse::chaos
