#pragma once

#include <cstddef>
#include <cstdint>

/// What a target does with one input; it must not crash, hang or leak, and it traps when a property does not
/// hold. (libFuzzer's interface.)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
