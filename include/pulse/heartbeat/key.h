#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/base/result.h"

namespace pulse::heartbeat {

/// What both routers know and nobody else does.
struct Key {
    std::uint8_t id = 1;  ///< 1 to 255; travels in clear, so that the receiver knows which one to use
    std::array<std::uint8_t, 32> secret{};
    friend bool operator==(const Key&, const Key&) = default;
};

/// One or two keys: the first signs, each is accepted. Two make a change of keys possible without a moment
/// in which one router refuses the other.
using Keys = std::vector<Key>;

/// Reads a key file: a line `ID SECRET` for each key, the secret as 64 hexadecimal digits; empty lines and
/// lines that begin with # are skipped. The error names the line, never its content.
[[nodiscard]] Result<Keys> parse_keys(std::string_view text);

/// The same, to be written.
[[nodiscard]] std::string to_text(const Keys& keys);

/// The next step of a change of keys, with `fresh` as new secret: one key -> the new one is accepted too;
/// two, the older signing -> the newer signs; two, the newer signing -> the older goes.
[[nodiscard]] Keys rotated(const Keys& keys, const std::array<std::uint8_t, 32>& fresh);

/// SHA-256, its first 16 bytes.
[[nodiscard]] std::array<std::uint8_t, 16> digest_of(std::string_view text);

}  // namespace pulse::heartbeat
