#include "pulse/config/diagnostic.h"

#include <algorithm>

#include "lines.h"
#include "report.h"

namespace pulse::config {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

/// The line and a caret below column `column` of it. Tabs are repeated and UTF-8 sequences count once, so
/// that the caret stands where the reader sees the column.
std::string excerpt(std::string_view line, int column) {
    constexpr std::size_t widest = 240;
    std::string shown(line.substr(0, widest));
    for (std::size_t at = 0; at < shown.size(); ++at)
        if (is_control(line, at)) shown[at] = '?';
    std::string out = "  " + shown + "\n";
    const auto before = static_cast<std::size_t>(std::max(column - 1, 0));
    if (column <= 0 || before > shown.size()) return out;
    out += "  ";
    for (const char c : shown.substr(0, before))
        if (!is_continuation(c)) out += c == '\t' ? '\t' : ' ';
    return out + "^\n";
}

std::string headline(const Diagnostic& diagnostic, std::string_view file) {
    std::string out(file);
    if (diagnostic.line > 0) out += ":" + std::to_string(diagnostic.line);
    if (diagnostic.line > 0 && diagnostic.column > 0) out += ":" + std::to_string(diagnostic.column);
    return out + ": " + std::string(name(diagnostic.severity)) + ": " + diagnostic.text;
}

std::string format_one(const Diagnostic& diagnostic, std::string_view file, std::string_view source,
                       const std::vector<Line>& lines) {
    auto out = headline(diagnostic, file) + "\n";
    if (diagnostic.line > 0 && static_cast<std::size_t>(diagnostic.line) <= lines.size()) {
        const auto& line = lines[static_cast<std::size_t>(diagnostic.line) - 1];
        out += excerpt(source.substr(line.begin, line.end - line.begin), diagnostic.column);
    }
    if (!diagnostic.hint.empty()) out += "  hint: " + diagnostic.hint + "\n";
    return out;
}

}  // namespace

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "";
}

std::string format(const Diagnostic& diagnostic, std::string_view file, std::string_view source) {
    return format_one(diagnostic, file, source, split_lines(source));
}

std::string format(const std::vector<Diagnostic>& diagnostics, std::string_view file,
                   std::string_view source) {
    const auto lines = split_lines(source);
    std::string out;
    for (const auto& diagnostic : diagnostics) out += format_one(diagnostic, file, source, lines);
    return out;
}

std::string one_line(const Diagnostic& diagnostic, std::string_view file) {
    auto out = headline(diagnostic, file);
    if (!diagnostic.hint.empty()) out += " (" + diagnostic.hint + ")";
    return out;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace pulse::config
