#include "pulse/config/edit.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "pulse/base/text.h"
#include "pulse/config/keys.h"

#include "lines.h"
#include "placing.h"
#include "report.h"
#include "spell.h"

namespace pulse::config {

namespace {

std::vector<const Entry*> entries(const Document& document, const Block& block, std::string_view key) {
    std::vector<const Entry*> found;
    for (const auto& statement : block.statements)
        if (const auto* entry = std::get_if<Entry>(&statement.content);
            entry && document.value(entry->key) == key)
            found.push_back(entry);
    return found;
}

tl::unexpected<Error> refuse(int line, const std::string& why) {
    return fail(std::error_code(), "line " + std::to_string(line) + ": " + why);
}

/// Whether the block has lines of its own, which no other block begins or ends on.
Result<void> check_lines(const Block& block, const Block& parent) {
    if (!block.closed) return refuse(block.first_line, "the block that opens here is not closed");
    if (block.first_line == block.last_line)
        return refuse(block.first_line, "the block has all its text on one line");
    if (parent.kind != BlockKind::file && parent.closed && parent.last_line == block.last_line)
        return refuse(block.last_line, "more than one block closes here");
    return {};
}

/// The block that `wanted` stands directly in.
const Block& parent_of(const Document& document, const Block& wanted) {
    for (const auto* block : inner_blocks(document.root()))
        for (const auto* inner : inner_blocks(*block))
            if (inner == &wanted) return *block;
    return document.root();
}

std::string_view keyword(BlockKind kind) {
    return kind == BlockKind::virtual_server ? "virtual"
           : kind == BlockKind::failover     ? "failover"
           : kind == BlockKind::sysctl       ? "sysctl"
                                             : "server";
}

/// Whether a line of `text` reads as `key` with these values.
bool reads_as(const std::string& text, std::size_t at, std::string_view key,
              std::span<const std::string> values) {
    const auto lines = split_lines(text);
    const auto line = std::prev(std::ranges::upper_bound(lines, at, {}, &Line::begin));
    const auto alone = text.substr(line->begin, line->end - line->begin);
    const auto parsed = parse(alone);
    const auto* entry = parsed.document.find(parsed.document.root(), key);
    if (!entry || entry->broken || !entry->equals || entry->values.size() != values.size()) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (parsed.document.value(entry->values[i]) != values[i]) return false;
    return true;
}

/// The text with the values of one entry exchanged. Where the comment behind them would change how they are
/// read, it gets a line of its own before them.
std::string with_values(const Document& document, const Entry& entry, std::string_view key,
                        std::span<const std::string> values, const std::string& spelled) {
    const auto begin =
        entry.values.empty() ? entry.equals.value_or(entry.key).end : entry.values.front().begin;
    const auto end = entry.values.empty() ? begin : entry.values.back().end;
    if (entry.equals && !entry.broken) {
        auto changed = replaced(document.text(), {begin, end}, (entry.values.empty() ? " " : "") + spelled);
        if (reads_as(changed, begin, key, values)) return changed;
    }
    const Lines lines(document);
    const auto number = document.place(entry.key).line;
    const auto& line = lines[number];
    const auto indent = lines.indent(number);
    const auto rest = trim(std::string_view(document.text()).substr(end, line.end - end));
    const auto comment =
        rest.starts_with('#') ? indent + std::string(rest) + lines.line_end(number) : std::string();
    return replaced(document.text(), {line.begin, line.end},
                    comment + indent + std::string(key) + " = " + spelled);
}

/// The comment lines right above a block, which go where it goes, and the block.
Range with_comments(const Lines& lines, const Block& block) {
    auto first = block.first_line;
    while (first > 1 && lines[first - 1].kind == LineKind::comment) --first;
    return {lines[first].begin, lines[block.last_line].end};
}

}  // namespace

Result<std::string> set_key(const Document& document, const Block& block, std::string_view key,
                            std::span<const std::string> values) {
    const auto spelled = spell(values);
    if (!spelled || values.empty())
        return fail(std::error_code(), "no line of the file could hold this value for " + quoted(key));
    if (const auto old = entries(document, block, key); !old.empty()) {
        auto text = with_values(document, *old.back(), key, values, *spelled);
        const auto* row = find_key(Section::global, key);
        if (row == nullptr || !row->repeats) return text;
        // Each line would add to what is asked for.
        const Lines lines(document);
        for (auto one = std::next(old.rbegin()); one != old.rend(); ++one) {
            const auto number = document.place((*one)->key).line;
            text = replaced(text, lines.range(number, number), "");
        }
        return text;
    }
    if (block.kind != BlockKind::file && block.first_line == block.last_line)
        return refuse(block.first_line, "the block has all its text on one line");
    return Lines(document).insert_after(line_for_new_key(document, block, key),
                                        {key_indent(document, block) + std::string(key) + " = " + *spelled});
}

std::string unset_key(const Document& document, const Block& block, std::string_view key) {
    const Lines lines(document);
    auto text = document.text();
    auto old = entries(document, block, key);
    for (const auto* entry : old | std::views::reverse) {
        const auto number = document.place(entry->key).line;
        text = replaced(text, lines.range(number, number), "");
    }
    return text;
}

Result<std::string> add_block(const Document& document, const Block& parent, BlockKind kind,
                              std::string_view name) {
    const auto spelled = has_name(kind) ? spell_name(name) : "";
    if (!spelled) return fail(std::error_code(), "no block can have the name " + quoted(name));
    const Lines lines(document);
    const auto siblings = Document::blocks(parent, kind);
    const bool in_file = parent.kind == BlockKind::file;
    for (const auto* inner : inner_blocks(parent))
        if (auto sound = check_lines(*inner, parent); !sound) return tl::unexpected(sound.error());
    if (!in_file)
        if (auto sound = check_lines(parent, document.root()); !sound) return tl::unexpected(sound.error());

    auto after = in_file ? lines.count() : parent.last_line - 1;
    if (!siblings.empty()) after = siblings.back()->last_line;
    const auto above = siblings.empty() ? 0 : siblings.back()->first_line - 1;
    const bool apart = in_file || (above > 0 && lines.is_blank(above));
    std::vector<std::string> added;
    if (apart && after > 0 && !lines.is_blank(after)) added.emplace_back();
    const auto indent = block_indent(document, parent);
    added.push_back(indent + std::string(keyword(kind)) + " " + *spelled + (spelled->empty() ? "{" : " {"));
    added.push_back(indent + "}");
    return lines.insert_after(after, added);
}

Result<std::string> remove_block(const Document& document, const Block& block) {
    if (auto sound = check_lines(block, parent_of(document, block)); !sound)
        return tl::unexpected(sound.error());
    const Lines lines(document);
    auto first = block.first_line;
    auto last = block.last_line;
    const auto is_blank = [&](int number) {
        return number >= 1 && number <= lines.count() && lines.is_blank(number);
    };
    const bool is_last = last == lines.count() || lines[last + 1].kind == LineKind::block_close;
    if (is_last && is_blank(first - 1))
        --first;
    else if (is_blank(last + 1) && (first == 1 || is_blank(first - 1)))
        ++last;
    return replaced(document.text(), lines.range(first, last), "");
}

Result<std::string> rename_block(const Document& document, const Block& block, std::string_view name) {
    if (!block.name) return refuse(block.first_line, "the block has no name to change");
    const auto spelled = spell_name(name);
    if (!spelled) return fail(std::error_code(), "no block can have the name " + quoted(name));
    const bool brace_follows = document.text().compare(block.name->end, 1, "{") == 0;
    const bool apart = brace_follows && *spelled != name;          // quotes want a blank behind them
    const bool attached = block.name->begin == block.keyword.end;  // of `server=s {` the name is "=s"
    return replaced(document.text(), {block.name->begin, block.name->end},
                    (attached ? " " : "") + *spelled + (apart ? " " : ""));
}

Result<std::string> move_block(const Document& document, const Block& parent, BlockKind kind,
                               std::size_t from, std::size_t to) {
    const auto siblings = Document::blocks(parent, kind);
    if (from >= siblings.size() || to >= siblings.size())
        return fail(std::error_code(), "there are only " + std::to_string(siblings.size()) + " such blocks");
    for (const auto* block : siblings)
        if (auto sound = check_lines(*block, parent); !sound) return tl::unexpected(sound.error());
    auto order = siblings;
    const auto at = [&](std::size_t index) { return order.begin() + static_cast<std::ptrdiff_t>(index); };
    if (from < to)
        std::rotate(at(from), at(from) + 1, at(to) + 1);
    else
        std::rotate(at(to), at(from), at(from) + 1);

    // Each block takes the place of another; what stands between the places stays there.
    const Lines lines(document);
    std::string text;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < siblings.size(); ++i) {
        const auto place = with_comments(lines, *siblings[i]);
        const auto taken = with_comments(lines, *order[i]);
        text += document.text().substr(kept, place.begin - kept) +
                document.text().substr(taken.begin, taken.end - taken.begin);
        kept = place.end;
    }
    return text + document.text().substr(kept);
}

}  // namespace pulse::config
