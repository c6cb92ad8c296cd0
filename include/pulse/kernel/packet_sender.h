#pragma once

#include <cstdint>
#include <span>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::kernel {

/// Sends raw Ethernet frames (packet(7)). Needs CAP_NET_RAW.
class PacketSender {
  public:
    [[nodiscard]] static Result<PacketSender> open();

    /// Puts one frame, headers included, on a device. Never waits: a full device queue is an error.
    [[nodiscard]] Result<void> send(int link_index, std::span<const std::uint8_t> frame) const;

  private:
    explicit PacketSender(runtime::UniqueFd socket) : socket_(std::move(socket)) {}
    runtime::UniqueFd socket_;
};

}  // namespace pulse::kernel
