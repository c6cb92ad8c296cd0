#include "pulse/heartbeat/classic.h"

namespace pulse::heartbeat {

std::array<std::uint8_t, 4> encode(Word word) {
    const auto number = static_cast<std::uint32_t>(word);
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> (8 * i) & 0xffU);
    return bytes;
}

Decoded decode(std::span<const std::uint8_t> datagram) {
    if (datagram.size() < 4) return TooShort{};
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number |= std::uint32_t{datagram[i]} << (8 * i);
    for (const auto word : {Word::lvs_running, Word::lvs_stopped, Word::fos_running, Word::fos_stopped,
                            Word::stop_me, Word::hold, Word::held})
        if (number == static_cast<std::uint32_t>(word)) return word;
    return Unknown{number};
}

}  // namespace pulse::heartbeat
