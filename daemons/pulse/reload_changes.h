#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/director/director.h"
#include "pulse/failover/cluster.h"
#include "pulse/heartbeat/key.h"

namespace pulse::daemon {

/// Everything that a reload changes, so that its answer leaves nothing out.
struct ReloadChanges {
    director::Changes services;  ///< what lvsd does
    std::vector<std::string> addresses_added;
    std::vector<std::string> addresses_removed;
    std::vector<std::string> addresses_changed;  ///< their label, device or mask
    std::vector<std::string> keys;  ///< of lvs.cf, at its top level or in sysctl, whose values change
    bool heartbeat_keys = false;    ///< the content of the key file
    int real_servers = 0;           ///< before
    std::vector<std::string> lost;  ///< of those, who is not there any more: "web/alpha"

    friend bool operator==(const ReloadChanges&, const ReloadChanges&) = default;

    /// "2 edits, 1 added, 0 removed; floating address 10.0.0.12 removed; deadtime, notify_cmd changed"
    [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] ReloadChanges reload_changes(const config::Config& before, const config::Config& after);

/// Why a reload that changes so much is not done unless somebody insists, naming what would go; nullopt if it
/// is done. More than half of the real servers do not leave a farm by an edit, but by a file that was cut off
/// or mixed up.
[[nodiscard]] std::optional<std::string> too_much(const ReloadChanges& changes);

}  // namespace pulse::daemon
