#include "pulse/heartbeat/key.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "pulse/base/text.h"

namespace pulse::heartbeat {

namespace {

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<Key> parse_key(std::string_view line) {
    const auto words = split_words(line);
    if (words.size() != 2) return std::nullopt;
    const auto id = parse_decimal<std::uint8_t>(words[0]);
    Key key;
    if (!id || *id == 0 || words[1].size() != 2 * key.secret.size()) return std::nullopt;
    key.id = *id;
    for (std::size_t i = 0; i < key.secret.size(); ++i) {
        const auto high = hex_digit(words[1][2 * i]);
        const auto low = hex_digit(words[1][2 * i + 1]);
        if (!high || !low) return std::nullopt;
        key.secret.at(i) = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return key;
}

}  // namespace

Result<Keys> parse_keys(std::string_view text) {
    Keys keys;
    int number = 0;
    for (const auto raw : split(text, '\n')) {
        ++number;
        const auto line = trim(raw);
        if (line.empty() || line.front() == '#') continue;
        const auto key = parse_key(line);
        if (!key)
            return fail(std::error_code(),
                        fmt::format("line {} is no key: a number from 1 to 255 and 64 hexadecimal digits; "
                                    "pulsectl genkey makes one",
                                    number));
        if (std::ranges::count(keys, key->id, &Key::id) > 0)
            return fail(std::error_code(), fmt::format("line {}: key {} is there twice", number, key->id));
        keys.push_back(*key);
    }
    if (keys.empty()) return fail(std::error_code(), "no key in it; pulsectl genkey makes one");
    if (keys.size() > 2) return fail(std::error_code(), "more than two keys");
    return keys;
}

std::string to_text(const Keys& keys) {
    std::string text =
        "# Heartbeat keys of pulse: the same file on both routers, mode 0600. The first key signs, each is "
        "accepted.\n# pulsectl genkey --rotate changes them without a gap.\n";
    for (const auto& key : keys) {
        text += fmt::format("{} ", key.id);
        for (const auto byte : key.secret) text += fmt::format("{:02x}", byte);
        text += '\n';
    }
    return text;
}

Keys rotated(const Keys& keys, const std::array<std::uint8_t, 32>& fresh) {
    if (keys.size() < 2) {
        const auto last = keys.empty() ? 0 : keys.front().id;
        const auto id = static_cast<std::uint8_t>(last % 255 + 1);
        auto more = keys;
        more.push_back({.id = id, .secret = fresh});
        return more;
    }
    // The ids count up, from 255 on to 1 again: the newer of two follows the older.
    if (keys[1].id == keys[0].id % 255 + 1) return {keys[1], keys[0]};
    return {keys[0]};
}

std::array<std::uint8_t, 16> digest_of(std::string_view text) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> whole{};
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    (void)SHA256(bytes.data(), bytes.size(), whole.data());
    std::array<std::uint8_t, 16> first{};
    std::copy_n(whole.begin(), first.size(), first.begin());
    return first;
}

}  // namespace pulse::heartbeat
