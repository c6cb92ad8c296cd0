#include "pulse/load/rstat.h"

#include <array>

#include <netinet/in.h>

#include <rpc/rpc.h>

namespace pulse::load {

namespace {

// <rpcsvc/rstat.x>
constexpr rpcprog_t rstat_program = 100'001;
constexpr rpcvers_t rstat_version = 3;
constexpr rpcproc_t rstat_stats = 1;
constexpr double load_scale = 256;  // FSCALE
/// What `struct statstime` has before the load: times of the CPU, transfers of disks, pages and interrupts,
/// packets, switches.
constexpr int numbers_before_load = 4 + 4 + 5 + 4 + 1;

// <rpc/pmap_prot.h>
constexpr rpcprog_t mapper_program = 100'000;
constexpr rpcvers_t mapper_version = 2;
constexpr rpcproc_t mapper_port_of = 3;

/// An XDR stream over memory.
class Stream {
  public:
    Stream(char* memory, std::size_t size, xdr_op operation) {
        ::xdrmem_create(&xdr_, memory, static_cast<u_int>(size), operation);
    }
    ~Stream() { XDR_DESTROY(&xdr_); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    Stream(Stream&&) = delete;
    Stream& operator=(Stream&&) = delete;

    [[nodiscard]] XDR* get() { return &xdr_; }
    [[nodiscard]] std::size_t position() { return XDR_GETPOS(&xdr_); }

  private:
    XDR xdr_{};
};

template <std::size_t n>
std::string call(std::uint32_t number, rpcprog_t program, rpcvers_t version, rpcproc_t procedure,
                 std::array<std::uint32_t, n> arguments) {
    std::array<char, 256> memory{};
    Stream stream(memory.data(), memory.size(), XDR_ENCODE);
    rpc_msg message{};
    message.rm_xid = number;
    message.rm_direction = CALL;
    message.rm_call.cb_rpcvers = RPC_MSG_VERSION;
    message.rm_call.cb_prog = program;
    message.rm_call.cb_vers = version;
    message.rm_call.cb_proc = procedure;
    bool written = ::xdr_callmsg(stream.get(), &message) != 0;
    for (auto& argument : arguments) written = written && ::xdr_uint32_t(stream.get(), &argument) != 0;
    return written ? std::string(memory.data(), stream.position()) : std::string();
}

/// The number at place `index` of an accepted answer's results (RFC 5531). Number by number: the library's
/// xdr_replymsg leaves in an enum whatever a server sends, which C++ must not even look at.
std::optional<std::uint32_t> result(std::string_view answer, std::uint32_t number, int index) {
    std::string copy(answer);  // XDR takes no constant memory
    Stream stream(copy.data(), copy.size(), XDR_DECODE);
    const auto next = [&]() -> std::optional<std::uint32_t> {
        std::uint32_t value = 0;
        return ::xdr_uint32_t(stream.get(), &value) != 0 ? std::optional(value) : std::nullopt;
    };
    if (next() != number || next() != std::uint32_t{REPLY} || next() != std::uint32_t{MSG_ACCEPTED})
        return std::nullopt;
    (void)next();  // how the server proves who it is
    const auto proof_size = next();
    std::array<char, MAX_AUTH_BYTES> proof{};
    if (!proof_size || *proof_size > proof.size() ||
        ::xdr_opaque(stream.get(), proof.data(), *proof_size) == 0)
        return std::nullopt;
    if (next() != std::uint32_t{SUCCESS}) return std::nullopt;
    for (int i = 0; i < index; ++i)
        if (!next()) return std::nullopt;
    return next();
}

}  // namespace

std::string rstat_port_question(std::uint32_t number) {
    const std::array<std::uint32_t, 4> wanted{rstat_program, rstat_version, IPPROTO_UDP, 0};
    return call(number, mapper_program, mapper_version, mapper_port_of, wanted);
}

std::optional<std::uint16_t> rstat_port(std::string_view answer, std::uint32_t number) {
    const auto port = result(answer, number, 0);
    if (!port || *port == 0 || *port > UINT16_MAX) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

std::string rstat_question(std::uint32_t number) {
    return call(number, rstat_program, rstat_version, rstat_stats, std::array<std::uint32_t, 0>{});
}

std::optional<double> rstat_load(std::string_view answer, std::uint32_t number) {
    const auto scaled = result(answer, number, numbers_before_load);
    if (!scaled) return std::nullopt;
    return static_cast<double>(*scaled) / load_scale;
}

}  // namespace pulse::load
