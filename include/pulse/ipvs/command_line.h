#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "pulse/ipvs/listing.h"
#include "pulse/ipvs/plan.h"
#include "pulse/ipvs/sync_daemon.h"
#include "pulse/ipvs/timeouts.h"

namespace pulse::ipvs {

/// What one invocation of ipvsadm asks for: a change of the table (-A -E -D -a -e -d) …
struct ChangeCommand {
    Step step;
};
/// … or one of the others.
struct ClearCommand {};
struct ZeroCommand {
    std::optional<ServiceId> service;
};
struct ListCommand {
    std::optional<ServiceId> service;
    Columns columns = Columns::standard;
    bool exact = false;
    bool sorted = true;
    bool numeric = false;
    bool json = false;
};
struct ListConnectionsCommand {
    bool with_engine = false;
    bool numeric = false;
    bool json = false;
};
struct ListTimeoutsCommand {
    bool json = false;
};
struct ListDaemonsCommand {
    bool json = false;
};
struct SetTimeoutsCommand {
    Timeouts timeouts;
};
struct StartDaemonCommand {
    SyncDaemon daemon;
};
struct StopDaemonCommand {
    SyncRole role = SyncRole::master;
};
struct SaveCommand {
    bool numeric = false;
};
struct RestoreCommand {
    bool atomic = false;  ///< all of it or nothing, and only what differs is written
};
struct HelpCommand {};
struct VersionCommand {};

using Command = std::variant<ChangeCommand, ClearCommand, ZeroCommand, ListCommand, ListConnectionsCommand,
                             ListTimeoutsCommand, ListDaemonsCommand, SetTimeoutsCommand, StartDaemonCommand,
                             StopDaemonCommand, SaveCommand, RestoreCommand, HelpCommand, VersionCommand>;

/// Why a command line was refused: the text for stderr and the exit status scripts know.
struct Refusal {
    int status = 2;
    std::string text;

    /// Whether a restore goes on with its next line: the original does after an option it does not know.
    bool restore_goes_on = false;
};

/// How names on a command line become numbers; pure code is handed the answers.
struct NameLookups {
    std::function<std::optional<net::IpAddress>(std::string_view)> host = [](std::string_view) {
        return std::nullopt;
    };
    /// The IPv6 address of a name in brackets: `ipvsadm -S` writes "[six.example]:https".
    std::function<std::optional<net::IpAddress>(std::string_view)> host_v6 = [](std::string_view) {
        return std::nullopt;
    };
    std::function<std::optional<net::Port>(std::string_view, net::Protocol)> service =
        [](std::string_view, net::Protocol) { return std::nullopt; };
};

/// Reads the words after the program's name as ipvsadm(8) 1.31 does: bundled short options, glued or separate
/// values, long options in full or abbreviated, any order. `program` is what we were called as, for the
/// refusal that says how to get help.
[[nodiscard]] tl::expected<Command, Refusal> parse_command_line(std::span<const std::string> words,
                                                                const NameLookups& lookups = {},
                                                                std::string_view program = "ipvsadm");

/// Every long option, without its dashes; a command or option may be named twice.
[[nodiscard]] std::vector<std::string_view> long_options();

/// The text of `ipvsadm --help`.
[[nodiscard]] std::string usage();

}  // namespace pulse::ipvs
