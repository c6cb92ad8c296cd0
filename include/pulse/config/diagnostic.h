#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pulse::config {

/// A note is about what may be just as it should be; then there is nothing to mend.
enum class Severity { note, warning, error };

/// One thing to say about an lvs.cf, where it is, and what to do about it.
struct Diagnostic {
    Severity severity = Severity::error;
    int line = 0;    ///< from 1; 0 = the file as a whole
    int column = 0;  ///< from 1, in bytes; 0 = the line as a whole
    std::string text;
    std::string hint;  ///< empty = none

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// "error", "warning" or "note"
[[nodiscard]] std::string_view name(Severity severity);

/// "FILE:LINE:COL: error: TEXT", then the line with a caret, then "  hint: …" if there is one; each ends in a
/// newline.
[[nodiscard]] std::string format(const Diagnostic& diagnostic, std::string_view file,
                                 std::string_view source);

/// All of them, one after the other; the way to go for many.
[[nodiscard]] std::string format(const std::vector<Diagnostic>& diagnostics, std::string_view file,
                                 std::string_view source);

/// The same in one line, for a log: "FILE:LINE:COL: error: TEXT (HINT)".
[[nodiscard]] std::string one_line(const Diagnostic& diagnostic, std::string_view file);

[[nodiscard]] bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace pulse::config
