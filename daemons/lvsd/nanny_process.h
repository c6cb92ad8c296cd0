#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "pulse/base/fields.h"
#include "pulse/base/result.h"
#include "pulse/process/child.h"

namespace pulse::lvsd {

/// A nanny that runs, and what it is heard over. Tests have their own.
class NannyProcess {
  public:
    NannyProcess() = default;
    NannyProcess(const NannyProcess&) = delete;
    NannyProcess& operator=(const NannyProcess&) = delete;
    NannyProcess(NannyProcess&&) = delete;
    NannyProcess& operator=(NannyProcess&&) = delete;
    virtual ~NannyProcess() = default;

    [[nodiscard]] virtual pid_t pid() const = 0;
    virtual void kill(int signal) = 0;
    /// Waits for its end.
    virtual boost::asio::awaitable<process::Exit> wait() = 0;

    // As process::Channel.
    [[nodiscard]] virtual Result<void> send(const Fields& message) = 0;
    virtual boost::asio::awaitable<bool> has_room() = 0;
    virtual boost::asio::awaitable<std::optional<Fields>> receive() = 0;
    virtual void close() = 0;
};

/// Starts one; its channel is made then.
using SpawnNanny = std::function<Result<std::unique_ptr<NannyProcess>>(process::SpawnRequest request)>;

/// How many descriptors one takes.
inline constexpr int descriptors_of_nanny = 2;

/// Starts real ones.
[[nodiscard]] SpawnNanny spawn_nannies(boost::asio::any_io_executor executor);

}  // namespace pulse::lvsd
