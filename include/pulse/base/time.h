#pragma once

#include <chrono>

namespace pulse {

/// The only clock decisions are made by: monotonic, unmoved by an operator setting the time.
/// Pure code never reads it; it is told the time.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace pulse
