#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::kernel {

/// An Ethernet frame, headers included, and the device it goes out of.
struct OutgoingFrame {
    int link_index = 0;
    std::span<const std::uint8_t> bytes;
};

/// Sends raw Ethernet frames (packet(7)). Needs CAP_NET_RAW.
class PacketSender {
  public:
    [[nodiscard]] static Result<PacketSender> open();

    /// Puts frames on their devices in order, up to 64 to a system call. Never waits: where a device's queue
    /// is full it stops and returns how many are out. One that is refused for another reason counts as out
    /// and is told to `on_refused`.
    [[nodiscard]] std::size_t send(
        std::span<const OutgoingFrame> frames,
        const std::function<void(std::size_t index, const Error&)>& on_refused) const;

  private:
    explicit PacketSender(runtime::UniqueFd socket) : socket_(std::move(socket)) {}
    runtime::UniqueFd socket_;
};

}  // namespace pulse::kernel
