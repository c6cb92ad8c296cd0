#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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

/// The kernel's bits of the scheduler flags 1-3 (IP_VS_SVC_F_SCHED1 … 3 of linux/ip_vs.h).
inline constexpr std::array<std::uint32_t, 3> scheduler_flag_bits{0x08, 0x10, 0x20};

/// The flags as ipvsadm names them, comma-separated: "sh-fallback,sh-port"; "flag-3" for a scheduler that
/// names none. One that names others has no use for the rest, and neither ipvsadm nor we show it.
[[nodiscard]] std::string scheduler_flag_names(std::string_view scheduler, std::uint32_t flags);

/// The kernel's bit of a flag, called as the scheduler calls it or "flag-1" to "flag-3"; nullopt if this
/// scheduler has none of that name.
[[nodiscard]] std::optional<std::uint32_t> scheduler_flag_bit(std::string_view flag,
                                                              std::string_view scheduler);

/// Whether some scheduler has a flag of that name.
[[nodiscard]] bool is_scheduler_flag(std::string_view flag);

/// nullptr for a name that is not in the list.
[[nodiscard]] const Scheduler* find_scheduler(std::string_view name);

}  // namespace pulse::ipvs
