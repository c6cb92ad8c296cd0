#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"

#include "report.h"

namespace pulse::config {

/// One line taken apart, before anybody asks what its words mean.
struct LexedLine {
    enum class Shape {
        blank,
        comment,
        close,   ///< begins with a closing brace
        header,  ///< a block's first line, or what tries to be one
        entry,   ///< everything else: should be KEY = VALUE
    };

    Shape shape = Shape::blank;
    Token first;                  ///< the key, the block's keyword, or the braces
    std::optional<Token> equals;  ///< of an entry
    std::vector<Token> rest;      ///< the words after these, a trailing comment excluded
    bool broken = false;          ///< a quote is not closed
    bool brace_attached = false;  ///< `NAME{`, already taken apart
};

/// "virtual", "failover" and "server"; nullopt for any other word.
[[nodiscard]] std::optional<BlockKind> block_keyword(std::string_view word);

/// Takes one line of `text` apart; tolerances that the original does not have are reported as warnings.
[[nodiscard]] LexedLine lex(std::string_view text, const Line& line, int number, Report& report);

}  // namespace pulse::config
