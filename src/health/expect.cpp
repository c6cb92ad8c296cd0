#include "pulse/health/expect.h"

#include <algorithm>
#include <array>

#include <regex.h>

#include "pulse/base/match.h"

namespace pulse::health {

/// A compiled POSIX extended regular expression.
class Matcher::Expression {
  public:
    explicit Expression(const std::string& text)
        : error_(::regcomp(&compiled_, text.c_str(), REG_EXTENDED)) {}
    ~Expression() {
        if (error_ == 0) ::regfree(&compiled_);
    }
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;
    Expression(Expression&&) = delete;
    Expression& operator=(Expression&&) = delete;

    [[nodiscard]] bool usable() const { return error_ == 0; }

    [[nodiscard]] std::string error() const {
        std::array<char, 128> text{};
        ::regerror(error_, &compiled_, text.data(), text.size());
        return text.data();
    }

    /// `complete`: the end of `text` is the end of the answer, so that `$` matches there.
    [[nodiscard]] bool found_in(std::string_view text, bool complete) const {
        regmatch_t range{};
        range.rm_so = 0;
        range.rm_eo = static_cast<regoff_t>(text.size());
        // REG_STARTEND: answers may hold NUL bytes and need not end in one.
        const int flags = REG_STARTEND | (complete ? 0 : REG_NOTEOL);
        return ::regexec(&compiled_, text.data(), 1, &range, flags) == 0;
    }

  private:
    regex_t compiled_{};
    int error_;
};

Matcher::Matcher(const Expectation& expectation) : expectation_(expectation) {
    if (std::holds_alternative<NoAnswer>(expectation_)) progress_ = Progress::matched;
    if (const auto* pattern = std::get_if<Pattern>(&expectation_)) {
        expression_ = std::make_unique<Expression>(pattern->expression);
        if (!expression_->usable()) progress_ = Progress::bad_expression;
    }
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::feed(std::string_view bytes) {
    if (decided()) return;
    match(
        expectation_, [](const NoAnswer&) {}, [&](const AnyAnswer&) { progress_ = Progress::matched; },
        [&](const Prefix& prefix) {
            const auto rest = std::string_view(prefix.text).substr(received_);
            const auto compared = std::min(rest.size(), bytes.size());
            if (rest.substr(0, compared) != bytes.substr(0, compared))
                progress_ = Progress::differs;
            else if (compared == rest.size())
                progress_ = Progress::matched;
        },
        [&](const Pattern&) {
            window_ += bytes.substr(0, pattern_window - window_.size());
            search(window_.size() == pattern_window);
        });
    received_ += bytes.size();
}

void Matcher::search(bool complete) {
    if (expression_->found_in(window_, complete))
        progress_ = Progress::matched;
    else if (complete)
        progress_ = Progress::differs;
    else
        progress_ = expression_->found_in(window_, true) ? Progress::fits_so_far : Progress::undecided;
}

void Matcher::close() {
    if (decided()) return;
    if (progress_ == Progress::fits_so_far || std::holds_alternative<AnyAnswer>(expectation_))
        progress_ = Progress::matched;
    else if (std::holds_alternative<Pattern>(expectation_) && received_ > 0)
        progress_ = Progress::differs;
    else
        progress_ = Progress::closed_early;
}

void Matcher::stop_waiting() {
    if (progress_ == Progress::fits_so_far) progress_ = Progress::matched;
}

Outcome Matcher::outcome() const {
    switch (progress_) {
        case Progress::matched:
            return {};
        case Progress::differs:
            return {.reason = Reason::answer_differs};
        case Progress::bad_expression:
            return {.reason = Reason::bad_expression, .detail = expression_->error()};
        case Progress::closed_early: {
            const auto* prefix = std::get_if<Prefix>(&expectation_);
            return {.reason = Reason::closed_early,
                    .wanted = prefix != nullptr ? prefix->text.size() : 1,
                    .received = received_};
        }
        case Progress::undecided:
        case Progress::fits_so_far:
            break;
    }
    return {.reason = Reason::read_timed_out};
}

}  // namespace pulse::health
