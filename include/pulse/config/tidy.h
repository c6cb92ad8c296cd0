#pragma once

#include <string>

#include "pulse/config/document.h"

namespace pulse::config {

/// The document in one style, meaning the same: four blanks a level, one around each word, LF line ends, at
/// most one blank line in a row, every brace and comment where the original allows it. Blocks that are not
/// closed are closed. Tidying twice changes nothing more. The document must have been parsed without an
/// error.
[[nodiscard]] std::string tidy(const Document& document);

}  // namespace pulse::config
