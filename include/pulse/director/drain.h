#pragma once

#include <set>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/director/director.h"

namespace pulse::director {

/// A real server as lvs.cf calls it.
struct ServerName {
    std::string virtual_name;
    std::string server_name;
    friend auto operator<=>(const ServerName&, const ServerName&) = default;

    /// "web/alpha"
    [[nodiscard]] std::string to_string() const { return virtual_name + "/" + server_name; }
};

/// The servers that an operator has drained: weight 0 until that is undone.
using Drains = std::set<ServerName>;

/// The servers of active virtuals that `VIRTUAL/SERVER` means; either may be * for all, and a server may be
/// called by its address. None is an error that names what there is.
[[nodiscard]] Result<Drains> servers_called(const config::Config& config, std::string_view text);

/// The same drained servers as the next configuration calls them, where it still has them.
[[nodiscard]] Drains renamed(const Drains& drains, const config::Config& before, const config::Config& after);

/// Who is to have weight 0; names that the configuration does not have are left out.
[[nodiscard]] std::set<MonitorKey> keys_of(const Drains& drains, const config::Config& config);

/// The file they are kept in, in a state directory.
inline constexpr auto drains_file = "drained";
[[nodiscard]] inline std::string drains_path(const std::string& state_directory) {
    return state_directory + "/" + drains_file;
}

/// As a file holds them: a line each, the names apart by a tab.
[[nodiscard]] std::string to_text(const Drains& drains);
[[nodiscard]] Drains drains_from(std::string_view text);

}  // namespace pulse::director
