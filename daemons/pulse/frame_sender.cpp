#include "frame_sender.h"

namespace pulse::daemon {

std::size_t DeviceSockets::send(std::span<const kernel::OutgoingFrame> frames,
                                const std::function<void(std::size_t index, const Error&)>& on_refused) {
    if (frames.empty()) return 0;
    const int device = frames.front().link_index;
    auto socket = of_device_.find(device);
    if (socket == of_device_.end())
        if (auto opened = kernel::PacketSender::open())
            socket = of_device_.emplace(device, std::move(*opened)).first;
    return (socket == of_device_.end() ? common_ : socket->second).send(frames, on_refused);
}

}  // namespace pulse::daemon
