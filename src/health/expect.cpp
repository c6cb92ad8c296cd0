#include "pulse/health/expect.h"

#include <algorithm>
#include <utility>

#include "pulse/base/match.h"

namespace pulse::health {

Pattern::Pattern(std::string expression) : text(std::move(expression)), compiled(Expression::compile(text)) {}

Matcher::Matcher(Expectation expectation) : expectation_(std::move(expectation)) {
    if (std::holds_alternative<NoAnswer>(expectation_)) progress_ = Progress::matched;
    if (const auto* pattern = std::get_if<Pattern>(&expectation_))
        if (!pattern->compiled) progress_ = Progress::bad_expression;
}

void Matcher::feed(std::string_view bytes) {
    if (decided()) return;
    match(
        expectation_, [](const NoAnswer&) {}, [&](const NoRefusal&) { progress_ = Progress::matched; },
        [&](const AnyAnswer&) { progress_ = Progress::matched; },
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
    const auto& expression = *std::get<Pattern>(expectation_).compiled;
    if (expression.found_in(window_, complete))
        progress_ = Progress::matched;
    else if (complete)
        progress_ = Progress::differs;
    else
        progress_ = expression.found_in(window_, true) ? Progress::fits_so_far : Progress::undecided;
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
    const bool silence_is_good = std::holds_alternative<NoRefusal>(expectation_) && !decided();
    if (progress_ == Progress::fits_so_far || silence_is_good) progress_ = Progress::matched;
    silent_ = silence_is_good;
}

Outcome Matcher::outcome() const {
    switch (progress_) {
        case Progress::matched:
            return {.silent = silent_};
        case Progress::differs:
            return {.reason = Reason::answer_differs};
        case Progress::bad_expression:
            return {.reason = Reason::bad_expression,
                    .detail = std::get<Pattern>(expectation_).compiled.error().context};
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
