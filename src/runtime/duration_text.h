#pragma once

#include <chrono>
#include <string>

namespace pulse::runtime {

/// "5 s", "250 ms": as an operator would say it.
[[nodiscard]] inline std::string duration_text(std::chrono::milliseconds duration) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
    return whole == duration ? std::to_string(whole.count()) + " s"
                             : std::to_string(duration.count()) + " ms";
}

}  // namespace pulse::runtime
