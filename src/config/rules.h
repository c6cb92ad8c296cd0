#pragma once

#include "pulse/config/config.h"
#include "pulse/config/document.h"

#include "report.h"

namespace pulse::config {

/// What follows from several keys of a file together, after all of them have been read: the private-address
/// rule, a backup that is active but undefined.
void apply_rules(Config& config, const Document& document, Report& report);

}  // namespace pulse::config
