#include "report.h"

#include <algorithm>
#include <tuple>

#include "limits.h"

namespace pulse::config {

void Report::add(Severity severity, Place place, std::string text, std::string hint) {
    add({.severity = severity,
         .line = place.line,
         .column = place.column,
         .text = std::move(text),
         .hint = std::move(hint)});
}

void Report::add(Diagnostic diagnostic) {
    if (++counts_[diagnostic.severity] <= most_diagnostics) diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Report::sorted() && {
    std::ranges::stable_sort(diagnostics_, {},
                             [](const Diagnostic& d) { return std::tuple(d.line, d.column); });
    for (const auto& [severity, count] : counts_)
        if (count > most_diagnostics)
            diagnostics_.push_back({.severity = severity,
                                    .line = diagnostics_.back().line,
                                    .text = "and " + std::to_string(count - most_diagnostics) + " more " +
                                            std::string(name(severity)) + "s, which are not shown",
                                    .hint = {}});
    return std::move(diagnostics_);
}

bool is_control(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f) return byte != '\t';
    return byte >= 0x80 && byte < 0xa0 && at > 0 && text[at - 1] == '\xc2';
}

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 60;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t at = 0; at < std::min(text.size(), longest); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte != '\t' && !is_control(text, at)) {
            out += text[at];
        } else {
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        }
    }
    out += text.size() > longest ? "…\"" : "\"";
    return out;
}

}  // namespace pulse::config
