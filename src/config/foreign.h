#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"

namespace pulse::config {

/// Another program's syntax in the file. However much there is of it, it is one mistake: this gathers the
/// places and says so once.
class ForeignSyntax {
  public:
    /// A block or directive that begins with `keyword` at `place`.
    void add(std::string_view keyword, Place place);

    /// What there is to say about all of it; nullopt if there is none.
    [[nodiscard]] std::optional<Diagnostic> diagnostic() const;

  private:
    struct Found {
        std::string keyword;
        Place place;
    };
    std::vector<Found> found_;
};

/// Whether a line that is neither a block nor an assignment starts as keepalived's directives and comments
/// do.
[[nodiscard]] bool is_keepalived_directive(std::string_view word);

/// Whether an assignment to this word is ldirectord's way to name a service or a server.
[[nodiscard]] bool is_ldirectord_service(std::string_view word);
[[nodiscard]] bool is_ldirectord_server(std::string_view word);

/// How many more braces the line opens than it closes, as keepalived counts: not inside quotes or comments.
[[nodiscard]] int brace_balance(std::string_view line);

}  // namespace pulse::config
