#include "pulse/config/document.h"

#include <algorithm>

namespace pulse::config {

std::string_view Document::value(const Token& token) const {
    const auto whole = std::string_view(text_).substr(token.begin, token.end - token.begin);
    return token.quote == '\0' ? whole : whole.substr(1, whole.size() - 2);
}

Place Document::place(std::size_t offset) const {
    const auto after = std::ranges::upper_bound(lines_, offset, {}, &Line::begin);
    if (after == lines_.begin()) return {};
    const auto line = std::prev(after);
    return {.line = static_cast<int>(after - lines_.begin()),
            .column = static_cast<int>(offset - line->begin) + 1};
}

const Entry* Document::find(const Block& block, std::string_view key) const {
    const Entry* found = nullptr;
    for (const auto& statement : block.statements)
        if (const auto* entry = std::get_if<Entry>(&statement.content); entry && value(entry->key) == key)
            found = entry;
    return found;
}

std::vector<const Block*> Document::blocks(const Block& block, BlockKind kind) {
    std::vector<const Block*> found;
    for (const auto& statement : block.statements)
        if (const auto* inner = std::get_if<Block>(&statement.content); inner && inner->kind == kind)
            found.push_back(inner);
    return found;
}

}  // namespace pulse::config
