#pragma once

#include <chrono>

namespace pulse::ipvs {

/// How long IPVS keeps an idle connection; 0 leaves the kernel's value alone when set.
struct Timeouts {
    std::chrono::seconds tcp{0};
    std::chrono::seconds tcp_fin{0};  ///< after a FIN
    std::chrono::seconds udp{0};

    friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

}  // namespace pulse::ipvs
