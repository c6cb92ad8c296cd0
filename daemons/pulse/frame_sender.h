#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <utility>

#include "pulse/kernel/packet_sender.h"

namespace pulse::daemon {

/// Puts frames on devices. Tests put one of their own in its place.
class FrameSender {
  public:
    FrameSender() = default;
    FrameSender(const FrameSender&) = delete;
    FrameSender& operator=(const FrameSender&) = delete;
    virtual ~FrameSender() = default;

    /// Sends frames of one device in order, without waiting, and returns how many are out; fewer than given
    /// if its queue is full. One that is refused for another reason counts as out and is told to
    /// `on_refused`.
    [[nodiscard]] virtual std::size_t send(
        std::span<const kernel::OutgoingFrame> frames,
        const std::function<void(std::size_t index, const Error&)>& on_refused) = 0;
};

/// Sends with a socket for each device: what a device does not let go stays in its socket's buffer, and would
/// leave no room there for others.
class DeviceSockets final : public FrameSender {
  public:
    /// `first`: one that is open; it proves that this host allows it, and serves where another cannot be had.
    explicit DeviceSockets(kernel::PacketSender first) : common_(std::move(first)) {}

    [[nodiscard]] std::size_t send(
        std::span<const kernel::OutgoingFrame> frames,
        const std::function<void(std::size_t index, const Error&)>& on_refused) override;

  private:
    kernel::PacketSender common_;
    std::map<int, kernel::PacketSender> of_device_;
};

}  // namespace pulse::daemon
