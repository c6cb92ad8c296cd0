#pragma once

#include <chrono>

namespace pulse::chaos {

/// Seconds since the run began.
[[nodiscard]] inline double now() {
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace pulse::chaos
