#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"
#include "pulse/config/read.h"

namespace pulse::config::testing {

/// Lookups that know the host "www" (10.0.0.80), the services "http" (80), "http-alt" (8080) and "shell"
/// (514) of TCP, and "syslog" (514) of UDP.
[[nodiscard]] Lookups known_names();

/// The same on the router 10.0.0.1, which is 10.0.1.1 and fd00::1 too, has eth0 and eth1, programs in /usr
/// and /srv/secret and files in /etc, and forbids pings.
[[nodiscard]] Lookups on_a_router();

/// `read` with known_names.
[[nodiscard]] Reading read_text(std::string_view text);

/// The lines, put inside a virtual block (from line 2 on).
[[nodiscard]] std::string in_virtual(std::string_view lines);

/// The lines, put inside a server block (from line 3 on).
[[nodiscard]] std::string in_server(std::string_view lines);

/// Every diagnostic as a terminal shows it, for a file called lvs.cf.
[[nodiscard]] std::string complaints(std::string_view text);

/// "1: error: unknown command: "x"": a diagnostic without column and hint. Notes are left out.
[[nodiscard]] std::vector<std::string> brief(const Reading& reading);

/// Only the errors of `brief`, without the word.
[[nodiscard]] std::vector<std::string> errors(std::string_view text);

[[nodiscard]] std::string file(const std::string& path);

/// The path of every file of the corpus, sorted.
[[nodiscard]] std::vector<std::string> corpus();

/// The corpus file with this name.
[[nodiscard]] std::string corpus_file(std::string_view name);

}  // namespace pulse::config::testing
