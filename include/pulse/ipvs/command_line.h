#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

#include "pulse/ipvs/table.h"

namespace pulse::ipvs {

/// What one invocation of ipvsadm asks for.
struct AddServiceCommand {
    Service service;
};
struct EditServiceCommand {
    Service service;
};
struct DeleteServiceCommand {
    ServiceId service;
};
struct AddServerCommand {
    ServiceId service;
    Destination server;
};
struct EditServerCommand {
    ServiceId service;
    Destination server;
};
struct DeleteServerCommand {
    ServiceId service;
    net::Endpoint server;
};
struct ClearCommand {};
struct ListCommand {
    std::optional<ServiceId> service;
    bool numeric = false;
};
struct HelpCommand {};
struct VersionCommand {};

using Command = std::variant<AddServiceCommand, EditServiceCommand, DeleteServiceCommand, AddServerCommand,
                             EditServerCommand, DeleteServerCommand, ClearCommand, ListCommand, HelpCommand,
                             VersionCommand>;

/// Why a command line was refused: the text for stderr and the exit status scripts know.
struct Refusal {
    int status = 2;
    std::string text;
};

/// How names on a command line become numbers; pure code is handed the answers.
struct NameLookups {
    std::function<std::optional<net::IpAddress>(std::string_view)> host = [](std::string_view) {
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

/// The text of `ipvsadm --help`.
[[nodiscard]] std::string usage();

}  // namespace pulse::ipvs
