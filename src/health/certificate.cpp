#include "pulse/health/certificate.h"

#include <array>
#include <ctime>

namespace pulse::health {

std::string date_text(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    std::array<char, 64> text{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return "a time out of range";
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string expiry_note(std::chrono::sys_seconds ends, std::chrono::sys_seconds now, int warn_days) {
    if (warn_days == 0 || ends - now > std::chrono::days(warn_days)) return "";
    return (ends < now ? "the certificate ended on " : "the certificate ends on ") + date_text(ends);
}

}  // namespace pulse::health
