#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/config/diagnostic.h"

namespace pulse::config {

/// An address that this machine has, and the mask of the network it is in.
struct OwnAddress {
    net::IpAddress address;
    net::Netmask mask;
};

/// Whose account a program that the file names runs as.
enum class RunBy { pulse, checks };

/// What the reader must ask the system about; pure code is handed the answers. Left out, no name is known,
/// and nothing about this machine.
struct Lookups {
    /// A host name's address; the error's context says why there is none.
    std::function<Result<net::IpAddress>(std::string_view name)> host = [](std::string_view) {
        return fail(std::error_code(), "no names are looked up here");
    };
    /// The port of a service's name; nullopt if it has none for that protocol.
    std::function<std::optional<net::Port>(std::string_view name, net::Protocol protocol)> service =
        [](std::string_view, net::Protocol) { return std::nullopt; };

    // About this machine. The file is judged by it only if one of the routers' addresses is this machine's.

    std::function<std::vector<OwnAddress>()> own_addresses = [] { return std::vector<OwnAddress>(); };
    /// Whether there is a network device of that name.
    std::function<bool(std::string_view name)> device = [](std::string_view) { return true; };
    /// What keeps a program from being run, or a file from being read; nullopt: nothing.
    std::function<std::optional<std::string>(std::string_view program, RunBy who)> cannot_run =
        [](std::string_view, RunBy) { return std::nullopt; };
    std::function<std::optional<std::string>(std::string_view file, RunBy who)> cannot_read =
        [](std::string_view, RunBy) { return std::nullopt; };
    /// What keeps the checks from sending pings; nullopt: nothing.
    std::function<std::optional<std::string>()> cannot_ping = [] { return std::nullopt; };
};

/// A configuration and everything there is to say about its text. Usable only when no diagnostic is an error.
struct Reading {
    Config config;
    std::vector<Diagnostic> diagnostics;  ///< in order of line and column
    std::optional<Diagnostic> cut_off;    ///< the warning that the text ends inside a block or a line

    [[nodiscard]] bool ok() const { return !has_errors(diagnostics); }
};

/// Reads the text of an lvs.cf. Any bytes give a Reading; nothing throws.
[[nodiscard]] Reading read(std::string_view text, const Lookups& lookups = {});

/// What a file lacks so that pulse can run with it, as warnings about the file as a whole. A part of a file
/// may well lack it.
[[nodiscard]] std::vector<Diagnostic> missing(const Config& config);

}  // namespace pulse::config
