#pragma once

#include <chrono>
#include <string>

#include "pulse/health/outcome.h"

namespace pulse::health {

/// How TLS is spoken and what the certificate must be.
struct TlsSettings {
    std::string name;     ///< what the certificate must be for: a host name, also sent as SNI, or an address
    bool verify = true;   ///< whether a certificate that is not good fails the check
    std::string ca_file;  ///< who may have signed it, in PEM; empty: whom this system trusts
    int warn_days = 14;   ///< a certificate that ends within so many days is worth a note; 0: never

    friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

/// The note on a certificate that ends soon, or has ended, as seen at `now`; empty if there is time.
[[nodiscard]] std::string expiry_note(std::chrono::sys_seconds ends, std::chrono::sys_seconds now,
                                      int warn_days);

/// "2026-11-24 20:42:50 UTC"
[[nodiscard]] std::string date_text(std::chrono::sys_seconds time);

}  // namespace pulse::health
