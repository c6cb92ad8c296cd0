#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace pulse::lab {

/// What a command printed (standard output and error together) and how it ended.
struct Output {
    int status = 0;
    std::string text;
};

/// Runs a command line through the shell.
[[nodiscard]] Output run(const std::string& command);

/// Asks again and again until it is true; false if that does not happen in time. A guest without hardware
/// help is slow: limits are for what must never happen, not for how fast it is.
[[nodiscard]] bool within(std::chrono::seconds limit, const std::function<bool()>& question);

}  // namespace pulse::lab
