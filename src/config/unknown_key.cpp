#include "unknown_key.h"

#include <array>
#include <map>
#include <vector>

#include "lexer.h"
#include "report.h"
#include "suggest.h"

namespace pulse::config {

namespace {

struct Refused {
    Section section;
    std::string_view name;
    std::string_view hint;
};

/// The original's web tool could write these where the original's daemons did not want them.
constexpr auto refused = std::to_array<Refused>({
    {Section::virtual_server, "expect_program",
     "the old web tool wrote it; send_program with expect does the job"},
    {Section::virtual_server, "deadtime", "the old web tool wrote it here; its place is the top level"},
    {Section::virtual_server, "heartbeat", "the old web tool wrote it here; remove it"},
    {Section::virtual_server, "nmask", "the mask of the floating address is vip_nmask"},
    {Section::real_server, "nmask", "the old web tool wrote it; a real server has no mask here"},
});

using Names = std::vector<std::string_view>;

const Names& names_in(Section section) {
    static const auto all = [] {
        std::map<Section, Names> made;
        for (const auto& key : keys()) made[key.section].push_back(key.name);
        return made;
    }();
    return all.at(section);
}

constexpr auto sections =
    std::to_array({Section::global, Section::virtual_server, Section::real_server, Section::sysctl});

}  // namespace

std::string unknown_key_hint(Section section, std::string_view name) {
    if (const auto pasted = pasted_hint(name); !pasted.empty()) return std::string(pasted);
    for (const auto& row : refused)
        if (row.section == section && row.name == name) return std::string(row.hint);
    if (const auto kind = block_keyword(name))
        return "it opens a block: " + std::string(name) + (has_name(*kind) ? " NAME {" : " {");
    std::string places;
    for (const auto other : sections)
        if (find_key(other, name)) places += (places.empty() ? "" : " or ") + std::string(place_name(other));
    if (!places.empty()) return "this key belongs " + places;
    const auto tail = "." + std::string(name);
    for (const auto full : names_in(Section::sysctl))
        if (full.ends_with(tail))
            return "did you mean " + quoted(full) +
                   (section == Section::sysctl
                        ? "?"
                        : ", which belongs " + std::string(place_name(Section::sysctl)) + "?");
    if (const auto meant = nearest(name, names_in(section)); !meant.empty())
        return "did you mean " + quoted(meant) + "?";
    for (const auto other : sections)
        if (const auto meant = nearest(name, names_in(other)); !meant.empty())
            return "did you mean " + quoted(meant) + ", which belongs " + std::string(place_name(other)) +
                   "?";
    return {};
}

}  // namespace pulse::config
