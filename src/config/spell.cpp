#include "spell.h"

#include <array>

#include "lexer.h"

namespace pulse::config {

namespace {

/// What the parser may say about a spelling that is to be used.
enum class Quality { clean, tolerated };

bool is_good(const std::vector<Diagnostic>& said, Quality wanted) {
    return wanted == Quality::clean ? said.empty() : !has_errors(said);
}

/// Nor may it hold a zero byte: at the end of a file that would be no text.
bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::optional<std::vector<std::string>> read_words(std::string_view text, Quality wanted) {
    const auto line = "key = " + std::string(text);
    Report report;
    const auto lexed = lex(line, {.begin = 0, .end = line.size()}, 1, report);
    if (!is_one_line(text) || !is_good(std::move(report).sorted(), wanted)) return std::nullopt;
    std::vector<std::string> words;
    for (const auto& token : lexed.rest) {
        const auto whole = std::string_view(line).substr(token.begin, token.end - token.begin);
        words.emplace_back(token.quote == '\0' ? whole : whole.substr(1, whole.size() - 2));
    }
    return words;
}

/// The first spelling of `word` that passes, rather without a warning than with one.
template <class Passes>
std::optional<std::string> best_spelling(std::string_view word, const Passes& passes) {
    // Double quotes before single ones, which the original leaves around a send or expect string.
    const std::string bare(word);
    const std::array<std::string, 3> spellings{bare, '"' + bare + '"', '\'' + bare + '\''};
    for (const auto wanted : {Quality::clean, Quality::tolerated})
        for (const auto& spelling : spellings)
            if (passes(spelling, wanted)) return spelling;
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> read_words(std::string_view text) {
    return read_words(text, Quality::clean);
}

std::optional<std::string> spell(std::span<const std::string> words) {
    std::string out;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool is_last = at + 1 == words.size();
        const auto spelled = best_spelling(words[at], [&](const std::string& spelling, Quality wanted) {
            const auto back = read_words(out + spelling + (is_last ? "" : " x"), wanted);
            return back && back->size() == at + (is_last ? 1U : 2U) && (*back)[at] == words[at];
        });
        if (!spelled) return std::nullopt;
        out += *spelled + (is_last ? "" : " ");
    }
    return out;
}

std::optional<std::string> spell_name(std::string_view name) {
    return best_spelling(name, [&](const std::string& spelling, Quality wanted) {
        const auto parsed = parse("virtual " + spelling + " {\n}\n");
        const auto blocks = Document::blocks(parsed.document.root(), BlockKind::virtual_server);
        return is_one_line(spelling) && is_good(parsed.diagnostics, wanted) && blocks.size() == 1 &&
               blocks[0]->name && parsed.document.value(*blocks[0]->name) == name;
    });
}

}  // namespace pulse::config
