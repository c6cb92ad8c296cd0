#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What a target does with one input; it must not crash, hang or leak, and it traps when a property does not
/// hold. (libFuzzer's interface.)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pulse::fuzz {

/// Traps unless a property holds, and says which, and of what text.
inline void require(bool holds, std::string_view what = "a property does not hold",
                    std::string_view text = {}) {
    if (holds) return;
    for (const auto part : {what, std::string_view(":\n"), text, std::string_view("\n")})
        (void)std::fwrite(part.data(), 1, part.size(), stderr);
    std::abort();
}

}  // namespace pulse::fuzz
