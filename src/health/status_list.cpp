#include "pulse/health/status_list.h"

#include <algorithm>

#include "pulse/base/text.h"

namespace pulse::health {

namespace {

std::optional<int> code(std::string_view text) {
    const auto number = parse_decimal<int>(text);
    return text.size() == 3 && number && *number >= 100 && *number <= 599 ? number : std::nullopt;
}

}  // namespace

std::optional<StatusList> StatusList::parse(std::string_view text) {
    std::string blank_separated(text);
    std::ranges::replace(blank_separated, ',', ' ');
    StatusList list;
    for (const auto word : split_words(blank_separated)) {
        const auto ends = split(word, '-');
        const auto first = code(ends.front());
        const auto last = code(ends.back());
        if (!first || !last || ends.size() > 2 || *first > *last) return std::nullopt;
        list.ranges_.push_back({*first, *last});
    }
    if (list.ranges_.empty()) return std::nullopt;
    return list;
}

bool StatusList::contains(int status) const {
    return std::ranges::any_of(
        ranges_, [&](const Range& range) { return range.first <= status && status <= range.last; });
}

std::string StatusList::to_string() const {
    std::string text;
    for (const auto& [first, last] : ranges_) {
        text += (text.empty() ? "" : ",") + std::to_string(first);
        if (last != first) text += "-" + std::to_string(last);
    }
    return text;
}

}  // namespace pulse::health
