#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>

#include "pulse/heartbeat/report.h"

namespace pulse::heartbeat {

/// What a classic heartbeat says. The original's "fos" words are known so that they can be named when
/// refused.
enum class Word : std::uint32_t {
    lvs_running = 0xbdaddbda,
    lvs_stopped = 0xadbddabd,
    fos_running = 0xbeefbabe,
    fos_stopped = 0xdeadbeef,
    stop_me = 0xdeaddada,
    hold = 0xdeafbabe,
    held = 0xdeafdada,
};

/// Fewer bytes than a heartbeat has.
struct TooShort {};

/// Four bytes that are no heartbeat.
struct Unknown {
    std::uint32_t number;
};

using Decoded = std::variant<Word, TooShort, Unknown>;

/// What the classic format makes of a report.
[[nodiscard]] constexpr Word word_for(const Report& report) {
    return report.claims() ? Word::lvs_running : Word::lvs_stopped;
}

/// The original's datagram: one 32-bit number. The original sends it in host order; in practice that is
/// little-endian, and so it is here on every machine.
[[nodiscard]] std::array<std::uint8_t, 4> encode(Word word);

/// Reads a datagram; bytes after the fourth are ignored, as the original does.
[[nodiscard]] Decoded decode(std::span<const std::uint8_t> datagram);

}  // namespace pulse::heartbeat
