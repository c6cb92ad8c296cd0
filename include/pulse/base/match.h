#pragma once

#include <utility>
#include <variant>

namespace pulse {

/// One callable made of several, for `match`.
template <class... Case>
struct Cases : Case... {
    using Case::operator()...;
};

/// Calls the case that fits what `value` holds; a missing case does not compile.
template <class Variant, class... Case>
decltype(auto) match(Variant&& value, Case&&... cases) {
    return std::visit(Cases<std::decay_t<Case>...>{std::forward<Case>(cases)...},
                      std::forward<Variant>(value));
}

}  // namespace pulse
