#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace pulse::lab {

/// One check by nanny, or nanny-tls, as an operator would try it: "" if the server is well, else why not.
/// `options` begin with the kind: "http --check_path=/x".
[[nodiscard]] std::string check(const std::string& options, std::uint16_t port,
                                const std::string& address = "127.0.0.1");

/// The rows of docs/checks.md: what is checked and what is wrong, and the reason for it. A reason that ends
/// in "..." goes on.
[[nodiscard]] std::map<std::pair<std::string, std::string>, std::string> documented_reasons();

}  // namespace pulse::lab
