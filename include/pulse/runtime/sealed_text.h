#pragma once

#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

/// A text in memory that nobody can change any more, to be passed to another process (memfd_create(2)): no
/// disk can be full or damaged under it.
[[nodiscard]] Result<UniqueFd> sealed_text(const std::string& name, std::string_view text);

/// The text of such a descriptor, however many read it; one that could still change is refused.
[[nodiscard]] Result<std::string> read_sealed_text(int descriptor);

}  // namespace pulse::runtime
