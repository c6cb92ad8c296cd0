#include "address_frames.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pulse/log/log.h"
#include "pulse/net/arp.h"
#include "pulse/net/neighbour_discovery.h"

namespace pulse::daemon {

namespace {

using Form = AddressFrames::Form;

/// Room for the longest of our frames.
struct Frame {
    std::array<std::uint8_t, sizeof(net::AdvertisementFrame)> bytes{};
    std::size_t size = 0;

    void take(std::span<const std::uint8_t> frame) {
        size = frame.size();
        std::ranges::copy(frame, bytes.begin());
    }
};

Frame frame_of(const net::IpAddress& address, const net::Link& link, Form form) {
    Frame frame;
    switch (form) {
        case Form::request:
            if (address.is_v4())
                frame.take(net::encode(net::gratuitous_arp(net::ArpOperation::request, address, link.mac)));
            else
                frame.take(net::unsolicited_advertisement(address, link.mac, link.forwards_v6));
            break;
        case Form::reply:
            if (address.is_v4())
                frame.take(net::encode(net::gratuitous_arp(net::ArpOperation::reply, address, link.mac)));
            break;
        case Form::probe:
            if (address.is_v4())
                frame.take(net::encode(net::arp_probe(address, link.mac)));
            else
                frame.take(net::solicitation_probe(address, link.mac));
            break;
    }
    return frame;
}

}  // namespace

std::size_t AddressFrames::send(std::span<const failover::FloatingAddress> addresses, Form form) {
    const auto* device = addresses.empty() ? nullptr : devices_->find(addresses.front().device());
    if (device == nullptr || !device->resolves) return addresses.size();
    std::vector<Frame> frames;
    std::vector<kernel::OutgoingFrame> outgoing;
    std::vector<std::size_t> whose;
    frames.reserve(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto& frame = frames.emplace_back(frame_of(addresses[i].address, *device, form));
        if (frame.size == 0) continue;
        outgoing.push_back({.link_index = device->index, .bytes = std::span(frame.bytes).first(frame.size)});
        whose.push_back(i);
    }
    const auto sent = sender_->send(outgoing, [&](std::size_t index, const Error& error) {
        if (complained_) return;
        complained_ = true;
        const auto& floating = addresses[whose[index]];
        log::warning("announcing {} on {}: {}", floating.address.to_string(), floating.device(),
                     error.message());
    });
    return sent < whose.size() ? whose[sent] : addresses.size();
}

}  // namespace pulse::daemon
