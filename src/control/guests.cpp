#include "guests.h"

#include <algorithm>

namespace pulse::control {

namespace {

template <class Counts>
std::optional<std::size_t> longest_idle_of(std::span<const Guest> guests, Counts counts) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < guests.size(); ++i)
        if (counts(guests[i]) && !guests[i].busy &&
            (!found || guests[i].idle_since < guests[*found].idle_since))
            found = i;
    return found;
}

}  // namespace

Admission admit(std::span<const Guest> guests, uid_t newcomer) {
    const auto own = static_cast<std::size_t>(std::ranges::count(guests, newcomer, &Guest::user));
    const bool too_many_of_his = own >= most_guests_of_a_user;
    if (!too_many_of_his && guests.size() < most_guests) return {};
    const auto leaves = longest_idle_of(
        guests, [&](const Guest& guest) { return !too_many_of_his || guest.user == newcomer; });
    return {.welcome = leaves.has_value(), .leaves = leaves};
}

std::optional<std::size_t> longest_idle(std::span<const Guest> guests) {
    return longest_idle_of(guests, [](const Guest&) { return true; });
}

}  // namespace pulse::control
