#pragma once

#include <set>
#include <string>
#include <string_view>

#include "pulse/ipvs/table.h"

namespace pulse::director {

/// What lvsd has put into the kernel, for the lvsd after a death: what lvs.cf no longer has by then is taken
/// out, and what others have put there is left alone.
struct Record {
    std::string boot;  ///< in which life of the machine; a kernel that started anew holds nothing of it
    std::set<ipvs::ServiceId> services;
    bool marks = false;  ///< rules that mark packets

    friend bool operator==(const Record&, const Record&) = default;
};

/// The name it is kept under in the state directory.
inline constexpr auto record_file = "in-kernel";

/// As a file holds it: "boot ID", "tcp 10.0.0.10 80", "mark 7 IPv6", "marks", a line each.
[[nodiscard]] std::string to_text(const Record& record);

/// What a file holds; lines that are none of those are passed over.
[[nodiscard]] Record record_from(std::string_view text);

}  // namespace pulse::director
