#include <cerrno>

#include <sys/socket.h>

#include "channel.h"

namespace pulse::probe {

using health::Reason;

namespace {

class PlainChannel final : public Channel {
  public:
    PlainChannel(int socket, bool datagrams) : socket_(socket), datagrams_(datagrams) {}

    Io handshake() override { return {}; }

    Io send(std::string_view bytes) override {
        for (;;) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0) return {.bytes = static_cast<std::size_t>(sent)};
            if (errno == EAGAIN) return {.status = Io::Status::wait_to_write};
            if (errno != EINTR) return failed(Reason::write_failed, errno);
        }
    }

    Io receive(std::span<char> space) override {
        for (;;) {
            const auto got = ::recv(socket_, space.data(), space.size(), 0);
            if (got > 0 || (got == 0 && datagrams_)) return {.bytes = static_cast<std::size_t>(got)};
            if (got == 0) return {.status = Io::Status::closed};
            if (errno == EAGAIN) return {.status = Io::Status::wait_to_read};
            if (errno != EINTR) return failed(Reason::read_failed, errno);
        }
    }

    [[nodiscard]] std::string description() const override { return {}; }
    [[nodiscard]] std::string note() const override { return {}; }

  private:
    /// What ICMP says of a datagram reaches a connected socket at its next use.
    [[nodiscard]] Io failed(Reason reason, int error) const {
        if (error == ECONNREFUSED)
            return {.status = Io::Status::failed, .failure = {.reason = Reason::connect_refused}};
        const bool unreachable = error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
                                 error == EACCES || error == ENOPROTOOPT || error == ENONET ||
                                 error == EPROTO;
        if (datagrams_ && unreachable) reason = Reason::connect_failed;
        return {.status = Io::Status::failed, .failure = {.reason = reason, .number = error}};
    }

    int socket_;
    bool datagrams_;
};

}  // namespace

std::unique_ptr<Channel> plain_channel(int socket, bool datagrams) {
    return std::make_unique<PlainChannel>(socket, datagrams);
}

}  // namespace pulse::probe
