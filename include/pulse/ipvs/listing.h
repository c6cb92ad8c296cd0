#pragma once

#include <cstdint>
#include <string>

#include "pulse/ipvs/naming.h"
#include "pulse/ipvs/table.h"

namespace pulse::ipvs {

/// What the kernel says of IPVS itself.
struct KernelInfo {
    std::uint32_t version = 0;  ///< a byte per component: 0x010201 is 1.2.1
    std::uint32_t connection_table_size = 0;

    /// "1.2.1"
    [[nodiscard]] std::string version_text() const;
};

/// What columns a listing of the table has.
enum class Columns { standard, tunnels, statistics, rates, thresholds, persistent_connections };

struct ListingStyle {
    Columns columns = Columns::standard;
    bool exact = false;  ///< large numbers in full, never as 12345K
    Naming naming{};
};

/// "IP Virtual Server version 1.2.1 (size=4096)\n"
[[nodiscard]] std::string listing_version(const KernelInfo& info);

/// The two title lines.
[[nodiscard]] std::string listing_titles(Columns columns = Columns::standard);

/// The lines of `ipvsadm -L` below the titles, byte for byte as ipvsadm 1.31 writes them, trailing blanks
/// included.
[[nodiscard]] std::string listing(const Dump& dump, const ListingStyle& style = {});

/// Adds the lines of one service to a text.
void add_listing(std::string& text, const DumpedService& service, const ListingStyle& style);

}  // namespace pulse::ipvs
