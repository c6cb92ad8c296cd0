#pragma once

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
    explicit Report(std::vector<Diagnostic> diagnostics) : diagnostics_(std::move(diagnostics)) {}

    void error(Place place, std::string text, std::string hint = {}) {
        add(Severity::error, place, std::move(text), std::move(hint));
    }
    void warning(Place place, std::string text, std::string hint = {}) {
        add(Severity::warning, place, std::move(text), std::move(hint));
    }

    /// Everything said so far, in the order of the file.
    [[nodiscard]] std::vector<Diagnostic> sorted() &&;

  private:
    void add(Severity severity, Place place, std::string text, std::string hint);

    std::vector<Diagnostic> diagnostics_;
};

/// `text` in double quotes, made fit for a terminal: unprintable bytes as \xNN, long ones cut.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace pulse::config
