#pragma once

#include <cstddef>

namespace pulse::config {

// What a file may have at most: far more than the largest that anybody runs, and little enough that no file
// costs a router its memory or its seconds.

inline constexpr std::size_t largest_file = 8U << 20U;
inline constexpr std::size_t most_lines = 500'000;
inline constexpr std::size_t longest_line = 8'192;
inline constexpr std::size_t most_blocks = 50'000;
inline constexpr std::size_t most_diagnostics = 1'000;

/// Each suggestion compares the word with every key there is.
inline constexpr int most_suggestions = 32;

}  // namespace pulse::config
