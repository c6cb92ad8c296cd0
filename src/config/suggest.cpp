#include "suggest.h"

#include <algorithm>
#include <array>

namespace pulse::config {

namespace {

constexpr std::size_t longest = 40;  // of the words to compare; no key is near to anything longer

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '-' ? '_' : c; }

/// How many letters must be added, removed, changed or swapped with their neighbour to make `a` of `b`.
/// Upper case is as good as lower, and a hyphen as an underscore.
std::size_t distance(std::string_view a, std::string_view b) {
    using Row = std::array<std::size_t, longest + 1>;
    Row before_last{};
    Row last{};
    Row current{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(current);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > longest) return {};
    std::string_view best;
    auto best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto shortest_way =
            std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
        if (candidate.size() > longest || shortest_way >= best_distance) continue;
        const auto d = distance(word, candidate);
        if (d < best_distance && d < candidate.size()) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string_view pasted_hint(std::string_view word) {
    const auto has = [&](auto... pieces) { return (... || (word.find(pieces) != std::string_view::npos)); };
    if (has("\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e"))  // “ ” „
        return "typographic quotes are letters here; write plain ones";
    if (word.starts_with("\xe2\x80\x98") || word.starts_with("\xe2\x80\x99"))  // ‘ ’
        return "typographic quotes are letters here; write plain ones";
    if (has("\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x8b"))  // no-break, ideographic, zero width
        return "this has a blank in it that is no plain blank, as web pages do; write it anew";
    if (has("\xef\xbc\x9d")) return "this equal sign is not the plain one";  // ＝
    return {};
}

}  // namespace pulse::config
