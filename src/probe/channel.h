#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/health/certificate.h"
#include "pulse/health/outcome.h"

namespace pulse::probe {

/// What became of an attempt to move bytes over a socket that does not block.
struct Io {
    enum class Status { done, wait_to_read, wait_to_write, closed, failed } status = Status::done;
    std::size_t bytes = 0;      ///< moved, if done
    health::Outcome failure{};  ///< if failed
};

/// A way to speak over a connected socket, which it does not own.
class Channel {
  public:
    Channel() = default;
    virtual ~Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    Channel(Channel&&) = delete;
    Channel& operator=(Channel&&) = delete;

    /// What has to be said before anything else, to be called until it is done.
    [[nodiscard]] virtual Io handshake() = 0;
    [[nodiscard]] virtual Io send(std::string_view bytes) = 0;
    [[nodiscard]] virtual Io receive(std::span<char> space) = 0;

    /// How the handshake went, for people; empty if there was none.
    [[nodiscard]] virtual std::string description() const = 0;
    /// What the operator should know although nothing failed.
    [[nodiscard]] virtual std::string note() const = 0;
};

/// The bytes as they are. `datagrams`: each is a whole, an empty one too.
[[nodiscard]] std::unique_ptr<Channel> plain_channel(int socket, bool datagrams);

/// Reads the authorities that `tls_channel` will need.
[[nodiscard]] Result<void> prepare_tls(const health::TlsSettings& settings);

/// TLS over a stream; nullptr in a program without it. The process must ignore SIGPIPE.
[[nodiscard]] std::unique_ptr<Channel> tls_channel(int socket, const health::TlsSettings& settings);

}  // namespace pulse::probe
