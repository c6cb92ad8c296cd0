#include "pulse/load/average.h"

#include <charconv>
#include <string>

#include "pulse/base/text.h"

namespace pulse::load {

std::optional<double> load_average(std::string_view printed) {
    const auto word = printed.find("load");
    if (word == std::string_view::npos) return std::nullopt;
    const auto colon = printed.find(':', word);
    if (colon == std::string_view::npos) return std::nullopt;
    const auto text = trim(printed.substr(colon + 1));

    // from_chars knows no decimal comma; a load has few digits.
    constexpr std::size_t longest = 32;
    std::string number;
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    for (std::size_t at = 0; at < text.size() && number.size() < longest; ++at) {
        const bool point = (text[at] == '.' || text[at] == ',') && digit(at + 1);
        if (!point && !digit(at)) break;
        if (point && number.find('.') != std::string::npos) break;
        number += point ? '.' : text[at];
    }
    double load = 0;
    const auto [rest, code] = std::from_chars(number.data(), number.data() + number.size(), load);
    if (number.empty() || code != std::errc{} || rest != number.data() + number.size()) return std::nullopt;
    return load;
}

}  // namespace pulse::load
