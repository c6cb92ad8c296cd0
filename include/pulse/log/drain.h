#pragma once

#include <chrono>

namespace pulse::log {

/// Waits until what was logged is written, at most `patience`: for the end of main. Writing itself waits for
/// nobody, however long a syslog daemon or a reader of our standard output stands still; lines that are lost
/// by that are counted, and the count is logged.
void drain(std::chrono::milliseconds patience = std::chrono::seconds(1)) noexcept;

}  // namespace pulse::log
