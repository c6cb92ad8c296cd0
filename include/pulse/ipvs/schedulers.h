#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace pulse::ipvs {

/// A scheduler the kernel may have, and how an operator names it.
struct Scheduler {
    std::string_view name;
    std::string_view title;
    std::array<std::string_view, 3>
        flags;  ///< names of the kernel's scheduler flags 1-3, empty where it has none
};

/// Every scheduler there is; whether this kernel has one is found out by asking it.
[[nodiscard]] std::span<const Scheduler> schedulers();

/// nullptr for a name that is not in the list.
[[nodiscard]] const Scheduler* find_scheduler(std::string_view name);

}  // namespace pulse::ipvs
