#include "placing.h"

#include <algorithm>
#include <optional>

#include "pulse/base/text.h"

#include "lexer.h"
#include "lines.h"

namespace pulse::config {

std::string replaced(const std::string& text, Range range, std::string_view by) {
    return text.substr(0, range.begin) + std::string(by) + text.substr(range.end);
}

std::string_view Lines::text(int number) const {
    const auto& line = (*this)[number];
    return std::string_view(document_.text()).substr(line.begin, line.end - line.begin);
}

bool Lines::is_blank(int number) const { return trim(text(number)).empty(); }

std::string Lines::indent(int number) const {
    const auto line = text(number);
    return std::string(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())));
}

std::size_t Lines::after(int number) const {
    return number < count() ? (*this)[number + 1].begin : document_.text().size();
}

std::string Lines::line_end(int number) const {
    for (const auto candidate : {number, number - 1, 1}) {
        if (candidate < 1 || candidate > count()) continue;
        const auto end = (*this)[candidate].end;
        if (end < after(candidate)) return document_.text().substr(end, after(candidate) - end);
    }
    return "\n";
}

std::string Lines::insert_after(int number, const std::vector<std::string>& lines) const {
    const auto end = line_end(number);
    const bool unfinished = number > 0 && (*this)[number].end == after(number);
    std::string added = unfinished ? end : "";
    for (const auto& line : lines) added += line + end;
    if (unfinished) added.resize(added.size() - end.size());  // the file goes on without a last line end
    const auto at = after(number);
    return replaced(document_.text(), {at, at}, added);
}

std::vector<const Block*> inner_blocks(const Block& block) {
    std::vector<const Block*> found;
    for (const auto& statement : block.statements)
        if (const auto* inner = std::get_if<Block>(&statement.content)) found.push_back(inner);
    return found;
}

namespace {

/// Lines of comments and blanks that belong to no block inside `block`, up to the first of those (in the
/// file: all of them), with a comment that shows `key` as it would be written.
std::optional<int> commented_out(const Document& document, const Block& block, std::string_view key) {
    const Lines lines(document);
    const auto blocks = inner_blocks(block);
    const bool is_file = block.kind == BlockKind::file;
    const auto last = is_file || blocks.empty() ? block.last_line : blocks.front()->first_line;
    int depth = 0;
    std::optional<int> found;
    for (int number = std::max(block.first_line, 1); number <= std::min(last, lines.count()); ++number) {
        const auto inside = [&](const Block* inner) {
            return inner->first_line <= number && number <= inner->last_line;
        };
        if (lines[number].kind != LineKind::comment || std::ranges::any_of(blocks, inside)) continue;
        auto text = trim(lines.text(number));
        text.remove_prefix(std::min(text.find_first_not_of("# \t"), text.size()));
        const auto words = split_words(text);
        if (words.empty()) continue;
        if (words.front() == "}") --depth;
        if (depth == 0 && words.size() > 2 && words[0] == key && words[1] == "=") found = number;
        const auto kind = block_keyword(words.front());
        if (kind && words.back() == "{" && words.size() == (has_name(*kind) ? 3U : 2U)) ++depth;
    }
    return found;
}

/// The last line of what opens the block: the brace may have a line of its own.
int opening_line(const Document& document, const Block& block) {
    const Lines lines(document);
    const auto blocks = inner_blocks(block);
    for (int number = block.first_line + 1; number <= block.last_line; ++number) {
        if (lines[number].kind == LineKind::blank || lines[number].kind == LineKind::comment) continue;
        const bool opens_inner = !blocks.empty() && blocks.front()->first_line == number;
        return lines[number].kind == LineKind::block_open && !opens_inner ? number : block.first_line;
    }
    return block.first_line;
}

}  // namespace

int line_for_new_key(const Document& document, const Block& block, std::string_view key) {
    if (const auto example = commented_out(document, block, key)) return *example;
    int after = block.kind == BlockKind::file ? 0 : opening_line(document, block);
    bool has_blocks = false;
    for (const auto& statement : block.statements) {
        has_blocks = has_blocks || std::holds_alternative<Block>(statement.content);
        const auto* entry = std::get_if<Entry>(&statement.content);
        if (entry && (!has_blocks || after == 0)) after = document.place(entry->key).line;
    }
    return after;
}

std::string key_indent(const Document& document, const Block& block) {
    const Lines lines(document);
    const auto own = [&](const Block& of) -> std::optional<std::string> {
        std::optional<std::string> found;
        for (const auto& statement : of.statements)
            if (const auto* entry = std::get_if<Entry>(&statement.content))
                found = lines.indent(document.place(entry->key).line);
        return found;
    };
    if (auto found = own(block)) return *found;
    if (block.kind == BlockKind::file) return "";
    const auto outer = lines.indent(block.first_line);
    for (const auto* other : inner_blocks(document.root())) {
        const auto alike = [&](const Block& candidate) {
            return candidate.kind == block.kind && lines.indent(candidate.first_line) == outer;
        };
        if (alike(*other))
            if (auto found = own(*other)) return *found;
        for (const auto* inner : inner_blocks(*other))
            if (alike(*inner))
                if (auto found = own(*inner)) return *found;
    }
    return outer + "    ";
}

std::string block_indent(const Document& document, const Block& parent) {
    if (parent.kind == BlockKind::file) return "";
    const Lines lines(document);
    const auto blocks = inner_blocks(parent);
    return blocks.empty() ? key_indent(document, parent) : lines.indent(blocks.back()->first_line);
}

}  // namespace pulse::config
