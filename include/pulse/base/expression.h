#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pulse/base/result.h"

namespace pulse {

/// A compiled POSIX extended regular expression (regex(7)) whose search takes time in proportion to the text,
/// whatever the text: back references are refused, and so are repetitions that multiply to very much.
class Expression {
  public:
    /// The error's context is what regcomp(3) says of the text: "Unmatched ( or \(".
    [[nodiscard]] static Result<Expression> compile(const std::string& text);

    /// Whether it matches anywhere in `text`, which may hold zero bytes. `complete`: the end of `text` is the
    /// end of the whole, so that `$` matches there.
    [[nodiscard]] bool found_in(std::string_view text, bool complete) const;

  private:
    struct Compiled;
    explicit Expression(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pulse
