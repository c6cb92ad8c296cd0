#include "pulse/health/check_kind.h"

#include <algorithm>

#include "pulse/base/text.h"

namespace pulse::health {

std::string_view name(CheckKind kind) { return split_words(check_kinds).at(static_cast<std::size_t>(kind)); }

std::optional<CheckKind> check_kind(std::string_view name) {
    const auto names = split_words(check_kinds);
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<CheckKind>(found - names.begin());
}

}  // namespace pulse::health
