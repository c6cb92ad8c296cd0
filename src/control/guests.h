#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <sys/types.h>

#include "pulse/base/time.h"

namespace pulse::control {

/// A connection as far as it matters for who may stay.
struct Guest {
    uid_t user = 0;
    TimePoint idle_since{};  ///< since when it has asked nothing
    bool busy = false;       ///< waits for an answer
};

/// More than a person, a monitoring system and a few scripts need at once; few enough to leave descriptors
/// for what a router lives on.
inline constexpr std::size_t most_guests = 64;
inline constexpr std::size_t most_guests_of_a_user = 16;

/// Whether somebody may come in, and who has to leave for it.
struct Admission {
    bool welcome = true;
    std::optional<std::size_t> leaves;  ///< position among the guests
};

/// A user with too many connections makes room for himself, and so does a full house: the one that has been
/// idle for longest leaves. Nobody is sent away in the middle of a question.
[[nodiscard]] Admission admit(std::span<const Guest> guests, uid_t newcomer);

/// Who leaves when there are no descriptors left; nobody if all are busy.
[[nodiscard]] std::optional<std::size_t> longest_idle(std::span<const Guest> guests);

}  // namespace pulse::control
