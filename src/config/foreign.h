#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"

#include "report.h"

namespace pulse::config {

/// Blocks in another program's syntax. However many there are, they are one mistake: this gathers them and
/// says so once.
class ForeignBlocks {
  public:
    /// A block or directive that begins with `keyword` at `place`.
    void add(std::string_view keyword, Place place);

    void report(Report& report) const;

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

/// How many more braces the line opens than it closes, as keepalived counts: not inside quotes or comments.
[[nodiscard]] int brace_balance(std::string_view line);

}  // namespace pulse::config
