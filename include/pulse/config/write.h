#pragma once

#include <string>

#include "pulse/config/config.h"

namespace pulse::config {

/// An lvs.cf that says what `config` says and leaves out what is the default; read back it gives an equal
/// Config. To change a file that people have written, edit it instead (edit.h).
[[nodiscard]] std::string write(const Config& config);

}  // namespace pulse::config
