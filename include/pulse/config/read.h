#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/config.h"
#include "pulse/config/diagnostic.h"

namespace pulse::config {

/// What the reader must ask the system about; pure code is handed the answers. Left out, no name is known and
/// every device is there.
struct Lookups {
    /// A host name's address; the error's context says why there is none.
    std::function<Result<net::IpAddress>(std::string_view name)> host = [](std::string_view) {
        return fail(std::error_code(), "no names are looked up here");
    };
    /// A TCP service name's port; nullopt if unknown.
    std::function<std::optional<net::Port>(std::string_view name)> service = [](std::string_view) {
        return std::nullopt;
    };
    /// Whether this machine has a network device of that name.
    std::function<bool(std::string_view name)> device = [](std::string_view) { return true; };
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
