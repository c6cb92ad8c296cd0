#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "pulse/failover/cluster.h"
#include "pulse/kernel/packet_sender.h"
#include "pulse/kernel/route.h"

namespace pulse::daemon {

/// Says and asks on the wire where floating addresses are: ARP for IPv4, neighbour discovery for IPv6.
class AddressFrames {
  public:
    /// request, reply: "it is here", in ARP's two forms; IPv6 has but one, sent with `request`.
    /// probe: "who has it?", which claims nothing.
    enum class Form { request, reply, probe };

    AddressFrames(kernel::RouteClient route, kernel::PacketSender sender)
        : route_(std::move(route)), sender_(std::move(sender)) {}

    /// Looks up the devices and their hardware addresses anew; to be called before the first `send`.
    void look_up_devices();

    /// Sends the frames of these addresses, a batch to a system call, and returns for how many addresses that
    /// is done; fewer than given if a device's queue is full. An address on a device that resolves none has
    /// no frame. The first failure since the devices were looked up is logged.
    [[nodiscard]] std::size_t send(std::span<const failover::FloatingAddress> addresses, Form form);

    /// Whether this is the hardware address of one of our devices.
    [[nodiscard]] bool is_ours(const net::Mac& mac) const { return own_.contains(mac); }

    /// The device of that index, "?" if there is none.
    [[nodiscard]] std::string device_name(int index) const;

  private:
    kernel::RouteClient route_;
    kernel::PacketSender sender_;
    std::map<std::string, net::Link> devices_;
    std::set<net::Mac> own_;
    bool complained_ = false;
};

}  // namespace pulse::daemon
