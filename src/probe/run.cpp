#include "pulse/probe/run.h"

#include <variant>

#include "channel.h"
#include "program_probe.h"
#include "socket_probe.h"

namespace pulse::probe {

Result<void> prepare(const health::CheckSpec& check) {
    const auto* socket = std::get_if<health::SocketCheck>(&check);
    return socket != nullptr && socket->tls ? prepare_tls(*socket->tls) : Result<void>();
}

boost::asio::awaitable<health::Outcome> run(health::CheckSpec check, TimePoint deadline, Trace trace) {
    if (const auto* program = std::get_if<health::ProgramCheck>(&check))
        co_return co_await probe_program(*program, deadline, trace);
    co_return co_await probe_socket(std::get<health::SocketCheck>(check), deadline, trace);
}

}  // namespace pulse::probe
