#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pulse::health {

/// How a real server is checked: what `check` in lvs.cf says.
enum class CheckKind {
    classic,  ///< as the original: by port, send, expect and send_program
    tcp,
    udp,
    http,
    https,
    tls,
    dns,
    smtp,
    icmp,
    redis,
    mysql,
    postgresql,
    program,
};

/// A name for each, in the order of the enumeration, blank-separated.
inline constexpr std::string_view check_kinds =
    "classic tcp udp http https tls dns smtp icmp redis mysql postgresql program";

/// "https"
[[nodiscard]] std::string_view name(CheckKind kind);
[[nodiscard]] std::optional<CheckKind> check_kind(std::string_view name);

/// Whether it speaks TLS, which only nanny-tls can.
[[nodiscard]] constexpr bool needs_tls(CheckKind kind) {
    return kind == CheckKind::https || kind == CheckKind::tls;
}

}  // namespace pulse::health
