#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pulse::net {

/// Writes fields one after the other, network byte order, into a frame that is long enough for them.
class FrameWriter {
  public:
    explicit FrameWriter(std::span<std::uint8_t> frame) : rest_(frame) {}

    void put(std::span<const std::uint8_t> bytes) {
        std::ranges::copy(bytes, rest_.begin());
        rest_ = rest_.subspan(bytes.size());
    }
    void put8(std::uint8_t value) {
        rest_.front() = value;
        rest_ = rest_.subspan(1);
    }
    void put16(std::uint16_t host_order) {
        put8(static_cast<std::uint8_t>(host_order >> 8U));
        put8(static_cast<std::uint8_t>(host_order & 0xffU));
    }

  private:
    std::span<std::uint8_t> rest_;
};

}  // namespace pulse::net
