#include "pulse/probe/run.h"

#include <variant>

#include "program_probe.h"
#include "socket_probe.h"

namespace pulse::probe {

boost::asio::awaitable<health::Outcome> run(health::CheckSpec check, TimePoint deadline) {
    if (const auto* program = std::get_if<health::ProgramCheck>(&check))
        co_return co_await probe_program(*program, deadline);
    co_return co_await probe_socket(std::get<health::SocketCheck>(check), deadline);
}

}  // namespace pulse::probe
