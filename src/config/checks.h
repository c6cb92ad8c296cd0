#pragma once

#include <string_view>

#include "pulse/config/config.h"
#include "pulse/config/document.h"
#include "pulse/config/read.h"

#include "report.h"

namespace pulse::config {

/// What the checks look at, and where they say what they find.
struct Checked {
    const Config& config;
    const Document& document;
    const Lookups& lookups;
    Report& report;
    std::vector<OwnAddress> own_addresses;  ///< this machine's, if it is one of the two routers

    [[nodiscard]] bool on_router() const { return !own_addresses.empty(); }

    /// Of the key if the block has it, else of the block itself; at the top level, of the first line.
    [[nodiscard]] Place place(const Block& block, std::string_view key) const {
        if (const auto* entry = document.find(block, key)) return document.place(entry->key);
        return block.kind == BlockKind::file ? Place{.line = 1} : document.place(block.keyword);
    }
    /// Of one of the words that the key, which the block has, says.
    [[nodiscard]] Place word_place(const Block& block, std::string_view key, std::size_t at) const {
        const auto* entry = document.find(block, key);
        return document.place(entry->values.size() > at ? entry->values[at] : entry->key);
    }
    [[nodiscard]] bool has(const Block& block, std::string_view key) const {
        return document.find(block, key) != nullptr;
    }
};

/// The classic mistakes in a file that can be read, as warnings: about the two routers and what they share,
void check_routers(const Checked& file);

/// about the device of an address that the key says,
void check_label(const Checked& file, const Block& block, std::string_view key, const DeviceAddress& address);

/// about one active virtual and its servers,
void check_service(const Checked& file, const VirtualServer& service, const Block& block);

/// about where its addresses are,
void check_network(const Checked& file, const VirtualServer& service, const Block& block);

/// about how its servers are checked,
void check_probe(const Checked& file, const VirtualServer& service, const Block& block);

/// about how often, and what their load does,
void check_load(const Checked& file, const VirtualServer& service, const Block& block);

/// about what the file names and this router does not have, or not for us,
void check_presence(const Checked& file);

/// and about virtuals that get in each other's way.
void check_clashes(const Checked& file);

}  // namespace pulse::config
