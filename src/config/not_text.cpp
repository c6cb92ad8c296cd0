#include "not_text.h"

#include <algorithm>
#include <array>

namespace pulse::config {

namespace {

using std::string_view_literals::operator""sv;

struct Magic {
    std::string_view begin;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view wrong_file = "is it the right file?";
constexpr std::string_view unpack = "unpack it first";

constexpr auto magics = std::to_array<Magic>({
    {"\x7f"
     "ELF"sv,
     "an executable program", wrong_file},
    {"\xff\xfe"sv, "text in UTF-16", "save it as plain UTF-8"},
    {"\xfe\xff"sv, "text in UTF-16", "save it as plain UTF-8"},
    {"\x1f\x8b"sv, "a compressed file (gzip)", unpack},
    {"BZh"sv, "a compressed file (bzip2)", unpack},
    {"\xfd"
     "7zXZ"sv,
     "a compressed file (xz)", unpack},
    {"\x28\xb5\x2f\xfd"sv, "a compressed file (zstd)", unpack},
    {"PK\x03\x04"sv, "a zip archive", unpack},
});

bool is_binary(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && (byte < '\t' || byte > '\r')) || byte == 0x7f;
}

Diagnostic no_lvs_cf(std::string_view what, std::string_view hint) {
    return {.text = "this is " + std::string(what) + ", not an lvs.cf", .hint = std::string(hint)};
}

}  // namespace

std::string_view without_zero_tail(std::string_view text) {
    return text.substr(0, text.find_last_not_of('\0') + 1);
}

std::optional<Diagnostic> not_text(std::string_view text) {
    for (const auto& magic : magics)
        if (text.starts_with(magic.begin) && std::ranges::any_of(text, is_binary))
            return no_lvs_cf(magic.what, magic.hint);
    // One byte in nine of random ones is a control character; of text, hardly any.
    constexpr std::size_t enough = 65'536;
    constexpr long fewest = 8;
    const auto start = text.substr(0, enough);
    const auto binary = std::ranges::count_if(start, is_binary);
    if (binary < fewest || binary * 20 < std::ssize(start)) return std::nullopt;
    return no_lvs_cf("a file of bytes that are no text", wrong_file);
}

}  // namespace pulse::config
