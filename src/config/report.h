#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/diagnostic.h"
#include "pulse/config/document.h"

namespace pulse::config {

/// Collects what there is to say.
class Report {
  public:
    Report() = default;

    /// Goes on after what has been said already.
    explicit Report(std::vector<Diagnostic> diagnostics) {
        for (auto& diagnostic : diagnostics) add(std::move(diagnostic));
    }

    void error(Place place, std::string text, std::string hint = {}) {
        add(Severity::error, place, std::move(text), std::move(hint));
    }
    void warning(Place place, std::string text, std::string hint = {}) {
        add(Severity::warning, place, std::move(text), std::move(hint));
    }
    void note(Place place, std::string text, std::string hint = {}) {
        add(Severity::note, place, std::move(text), std::move(hint));
    }

    /// Of too many of one severity, the last are only counted.
    void add(Diagnostic diagnostic);

    /// Everything said so far, in the order of the file.
    [[nodiscard]] std::vector<Diagnostic> sorted() &&;

  private:
    void add(Severity severity, Place place, std::string text, std::string hint);

    std::vector<Diagnostic> diagnostics_;
    std::map<Severity, std::size_t> counts_;
};

/// Whether a terminal would obey the byte at `at` instead of showing it: a C0 control, DEL, or the second
/// half of a C1 control in UTF-8. A tab is shown.
[[nodiscard]] bool is_control(std::string_view text, std::size_t at);

/// `text` in double quotes, made fit for a terminal: unprintable bytes as \xNN, long ones cut.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace pulse::config
