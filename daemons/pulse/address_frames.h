#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "pulse/failover/cluster.h"

#include "devices.h"
#include "frame_sender.h"

namespace pulse::daemon {

/// Says and asks on the wire where floating addresses are: ARP for IPv4, neighbour discovery for IPv6.
class AddressFrames {
  public:
    /// request, reply: "it is here", in ARP's two forms; IPv6 has but one, sent with `request`.
    /// probe: "who has it?", which claims nothing.
    enum class Form { request, reply, probe };

    /// `devices` is looked at whenever something is sent.
    AddressFrames(const Devices& devices, std::unique_ptr<FrameSender> sender)
        : devices_(&devices), sender_(std::move(sender)) {}

    /// Sends the frames of these addresses, all on one device, a batch to a system call, and returns for how
    /// many addresses that is done; fewer than given if the device's queue is full. An address on a device
    /// that is not there, or resolves none, has no frame.
    [[nodiscard]] std::size_t send(std::span<const failover::FloatingAddress> addresses, Form form);

    /// Frames that are refused are logged, the first one only until this is called.
    void complain_again() { complained_ = false; }

  private:
    const Devices* devices_;
    std::unique_ptr<FrameSender> sender_;
    bool complained_ = false;
};

}  // namespace pulse::daemon
