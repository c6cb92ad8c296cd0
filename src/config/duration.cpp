#include <array>
#include <charconv>
#include <cmath>

#include "pulse/base/text.h"

#include "access.h"

namespace pulse::config {

namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view name;
    long long milliseconds;
};

constexpr auto units = std::to_array<Unit>(
    {{"", 1'000}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});

/// A decimal number, perhaps with a fraction, and one of the units. The original's plain integers are read as
/// the original reads them, before this is asked.
std::optional<double> parse_with_unit(std::string_view text) {
    const auto number = text.substr(0, text.find_first_not_of("0123456789."));
    const bool octal = number.size() > 1 && number[0] == '0' && number[1] != '.';
    if (octal) return std::nullopt;
    double value = 0;
    const auto [rest, code] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (code != std::errc{} || rest != number.data() + number.size()) return std::nullopt;
    const auto name = text.substr(number.size());
    for (const auto& unit : units)
        if (unit.name == name) return value * static_cast<double>(unit.milliseconds);
    return std::nullopt;
}

}  // namespace

std::optional<milliseconds> read_duration(Values& values) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    if (parse_c_integer(*text)) {
        const auto seconds = read_integer(values, 0, largest_int);
        if (!seconds) return std::nullopt;
        return milliseconds(*seconds * 1'000);
    }
    const auto with_unit = parse_with_unit(*text);
    if (!with_unit) {
        values.error(0, "integer expected",
                     "seconds, or a number with one of the units ms, s, m, h, d: 250ms, 1.5s, 2m");
        return std::nullopt;
    }
    if (*with_unit > static_cast<double>(largest_int) * 1'000) {
        values.error(0, "integer out of range", "the longest is " + std::to_string(largest_int) + " seconds");
        return std::nullopt;
    }
    const milliseconds rounded(std::llround(*with_unit));
    if (rounded == milliseconds::zero() && *with_unit > 0) {
        values.error(0, "integer out of range", "the shortest is 1ms");
        return std::nullopt;
    }
    return rounded;
}

/// Whole seconds as the original takes them.
std::vector<std::string> words(milliseconds time) {
    if (time.count() % 1'000 == 0) return {std::to_string(time.count() / 1'000)};
    return {std::to_string(time.count()) + "ms"};
}

}  // namespace pulse::config
