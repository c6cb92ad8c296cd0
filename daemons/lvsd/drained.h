#pragma once

#include <string>

#include "pulse/director/drain.h"
#include "pulse/runtime/file.h"

namespace pulse::lvsd {

/// The servers that an operator has drained, as pulse keeps them, for an lvsd that no pulse has started; none
/// if there is no such file. What cannot be read is an error: it does not mean that nobody is drained.
[[nodiscard]] inline Result<director::Drains> drained_servers(const std::string& state_directory) {
    const auto text = runtime::read_file(director::drains_path(state_directory));
    if (text) return director::drains_from(*text);
    if (text.error().code == std::errc::no_such_file_or_directory) return director::Drains{};
    return fail(text.error(), "drained servers");
}

}  // namespace pulse::lvsd
