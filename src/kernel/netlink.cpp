#include "pulse/kernel/netlink.h"

#include <cerrno>

#include <sys/socket.h>
#include <sys/time.h>

#include <netlink/errno.h>
#include <netlink/handlers.h>

namespace pulse::kernel {

namespace {

/// What the callbacks of one request share.
struct Exchange {
    const std::function<void(nl_msg*)>& on_message;
    int error_number = 0;
    bool finished = false;
};

int on_valid(nl_msg* message, void* argument) {
    const auto& exchange = *static_cast<Exchange*>(argument);
    if (exchange.on_message) exchange.on_message(message);
    return NL_OK;
}

int on_error(sockaddr_nl*, nlmsgerr* error, void* argument) {
    auto& exchange = *static_cast<Exchange*>(argument);
    exchange.error_number = -error->error;
    exchange.finished = true;
    return NL_STOP;
}

int on_end(nl_msg*, void* argument) {
    static_cast<Exchange*>(argument)->finished = true;
    return NL_STOP;
}

struct CallbackDeleter {
    void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

/// What became of a batch. Only its last request asks for an acknowledgement: the kernel works in order and
/// answers failures unasked, so that one answer vouches for all before it that got none.
struct BatchExchange {
    std::uint32_t first_sequence;
    std::vector<int> error_numbers;
    bool finished = false;

    void answer(std::uint32_t sequence, int error_number) {
        const std::size_t index = sequence - first_sequence;
        if (index >= error_numbers.size()) return;  // late, from a request that was given up
        error_numbers[index] = error_number;
        finished = finished || index + 1 == error_numbers.size();
    }
};

int on_batch_ack(nl_msg* message, void* argument) {
    static_cast<BatchExchange*>(argument)->answer(nlmsg_hdr(message)->nlmsg_seq, 0);
    return NL_OK;
}

int on_batch_error(sockaddr_nl*, nlmsgerr* error, void* argument) {
    static_cast<BatchExchange*>(argument)->answer(error->msg.nlmsg_seq, -error->error);
    return NL_SKIP;
}

int on_sequence(nl_msg*, void*) { return NL_OK; }

/// libnl's own failures as errno values; the kernel's answers never come this way.
int errno_of(int libnl_error) {
    switch (-libnl_error) {
        case NLE_AGAIN:
            return ETIMEDOUT;
        case NLE_NOMEM:
            return ENOBUFS;
        case NLE_DUMP_INTR:
            return EINTR;
        case NLE_PERM:
            return EPERM;
        case NLE_OBJ_NOTFOUND:
            return ENOENT;
        default:
            return EPROTO;
    }
}

}  // namespace

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
    NetlinkSocket opened(nl_socket_alloc());
    auto* socket = opened.raw();
    if (socket == nullptr) return fail(std::errc::not_enough_memory, "cannot make a netlink socket");
    nl_socket_disable_auto_ack(socket);
    if (const int error = nl_connect(socket, protocol); error < 0)
        return fail_errno("cannot open a netlink socket", errno_of(error));
    // Acks and dumps of a big table must fit: an overrun socket loses answers (ENOBUFS).
    constexpr int receive_bytes = 1 << 20;
    constexpr std::size_t message_bytes = 65536;
    nl_socket_set_buffer_size(socket, receive_bytes, 0);
    nl_socket_set_msg_buf_size(socket, message_bytes);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return opened;
}

Result<void> NetlinkSocket::request(nl_msg* message, const std::function<void(nl_msg*)>& on_message) {
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    return transact(message, on_message);
}

Result<void> NetlinkSocket::request_all(std::span<const Message> messages,
                                        const std::function<void(std::size_t, int)>& on_answer) {
    if (messages.empty()) return {};
    outgoing_.clear();
    for (const auto& message : messages) {
        auto& flags = nlmsg_hdr(message.get())->nlmsg_flags;
        flags = static_cast<std::uint16_t>((flags & ~NLM_F_ACK) | NLM_F_REQUEST);
        if (&message == &messages.back()) flags |= NLM_F_ACK;
        nl_complete_msg(raw(), message.get());
        const auto* bytes = reinterpret_cast<const std::byte*>(nlmsg_hdr(message.get()));
        outgoing_.insert(outgoing_.end(), bytes, bytes + nlmsg_hdr(message.get())->nlmsg_len);
        outgoing_.resize(NLMSG_ALIGN(outgoing_.size()));
    }
    BatchExchange exchange{.first_sequence = nlmsg_hdr(messages.front().get())->nlmsg_seq,
                           .error_numbers = std::vector<int>(messages.size(), 0)};
    const std::unique_ptr<nl_cb, CallbackDeleter> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks) return fail(std::errc::not_enough_memory, "netlink request");
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_batch_ack, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, nullptr);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_batch_error, &exchange);

    if (const int sent = nl_sendto(raw(), outgoing_.data(), outgoing_.size()); sent < 0)
        return fail_errno("netlink send", errno_of(sent));
    while (!exchange.finished)
        if (const int got = nl_recvmsgs(raw(), callbacks.get()); got < 0)
            return fail_errno("netlink receive", errno_of(got));
    for (std::size_t i = 0; i < messages.size(); ++i) on_answer(i, exchange.error_numbers[i]);
    return {};
}

Result<void> NetlinkSocket::dump(nl_msg* message, const std::function<void(nl_msg*)>& on_message) {
    nlmsg_hdr(message)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
    return transact(message, on_message);
}

Result<void> NetlinkSocket::transact(nl_msg* message, const std::function<void(nl_msg*)>& on_message) {
    Exchange exchange{.on_message = on_message};
    const std::unique_ptr<nl_cb, CallbackDeleter> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks) return fail(std::errc::not_enough_memory, "netlink request");
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &exchange);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &exchange);
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &exchange);

    nl_complete_msg(raw(), message);
    if (const int sent = nl_send(raw(), message); sent < 0) return fail_errno("netlink send", errno_of(sent));
    while (!exchange.finished)
        if (const int got = nl_recvmsgs(raw(), callbacks.get()); got < 0 && exchange.error_number == 0)
            return fail_errno("netlink receive", errno_of(got));
    if (exchange.error_number != 0) return fail_errno("", exchange.error_number);
    return {};
}

}  // namespace pulse::kernel
