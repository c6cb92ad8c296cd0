#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "pulse/base/expression.h"
#include "pulse/health/outcome.h"

namespace pulse::health {

/// Nothing is read: the connection (and the sent string) is all there is to see.
struct NoAnswer {
    friend bool operator==(const NoAnswer&, const NoAnswer&) = default;
};

/// Silence is good, and so is any answer: UDP that expects nothing fails only when it is refused.
struct NoRefusal {
    friend bool operator==(const NoRefusal&, const NoRefusal&) = default;
};

/// Anything readable will do, an orderly close included. Written `*`, or as the empty text.
struct AnyAnswer {
    friend bool operator==(const AnyAnswer&, const AnyAnswer&) = default;
};

/// The stream must begin with this text.
struct Prefix {
    std::string text;
    friend bool operator==(const Prefix&, const Prefix&) = default;
};

/// A POSIX extended regular expression (regex(7)), found anywhere in the first `pattern_window` bytes of the
/// stream. Compiled once, here.
struct Pattern {
    explicit Pattern(std::string expression);

    std::string text;
    Result<Expression> compiled;  ///< an expression that cannot be used fails every check

    friend bool operator==(const Pattern& one, const Pattern& other) { return one.text == other.text; }
};

using Expectation = std::variant<NoAnswer, NoRefusal, AnyAnswer, Prefix, Pattern>;

/// How much of an answer a regular expression sees: what the original read at most.
inline constexpr std::size_t pattern_window = 254;

/// Judges a stream of bytes as it arrives. The judgement depends on the bytes, not on how they were cut into
/// pieces.
class Matcher {
  public:
    enum class Progress {
        undecided,
        fits_so_far,  ///< a match if the answer ends here ("OK$"): more bytes may still spoil it
        matched,
        differs,
        closed_early,
        bad_expression,
    };

    explicit Matcher(Expectation expectation);

    [[nodiscard]] Progress progress() const { return progress_; }
    [[nodiscard]] bool decided() const {
        return progress_ != Progress::undecided && progress_ != Progress::fits_so_far;
    }

    /// The next bytes. An empty piece is an empty datagram: readable all the same. Ignored once decided.
    void feed(std::string_view bytes);

    /// The peer has closed its end.
    void close();

    /// Time is over.
    void stop_waiting();

    /// What has been seen so far, as the result of the check.
    [[nodiscard]] Outcome outcome() const;

  private:
    void search(bool complete);

    Expectation expectation_;
    Progress progress_ = Progress::undecided;
    std::string window_;  ///< Pattern: the bytes searched
    std::size_t received_ = 0;
    bool silent_ = false;  ///< matched because nothing came
};

}  // namespace pulse::health
