#pragma once

#include <optional>
#include <string_view>

#include "pulse/config/diagnostic.h"

namespace pulse::config {

/// `text` without the zero bytes at its end: a crash while it was saved leaves such, and the original never
/// saw them.
[[nodiscard]] std::string_view without_zero_tail(std::string_view text);

/// What to say of a file that is no text at all: an executable, an archive, UTF-16, random bytes; nullopt for
/// text, which may still have a few wrong bytes.
[[nodiscard]] std::optional<Diagnostic> not_text(std::string_view text);

}  // namespace pulse::config
