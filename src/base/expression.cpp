#include "pulse/base/expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>
#include <vector>

#include <regex.h>

#include "pulse/base/text.h"

namespace pulse {

namespace {

/// Repetitions are written out when an expression is compiled: (a{99}){99} is 9,801 letters. More than this
/// takes more memory and time than a check has.
constexpr std::size_t longest_written_out = 1000;

/// Goes through an expression as regcomp(3) will: what is a group, a repetition or a back reference depends
/// on the brackets and backslashes before it.
class Survey {
  public:
    explicit Survey(std::string_view text) : text_(text) {
        while (at_ < text_.size()) step();
        while (outer_.size() > 1) leave_group();
    }

    [[nodiscard]] bool refers_back() const { return refers_back_; }
    /// How many characters it has, once repetitions are written out.
    [[nodiscard]] std::size_t written_out() const { return size_; }
    /// As a group that can stand in another expression: a ")" without its "(", which is a letter by itself,
    /// would end that group.
    [[nodiscard]] std::string as_group() const { return "(" + plain_ + ")"; }

  private:
    void step() {
        const char here = text_[at_];
        if (here == '\\' && at_ + 1 < text_.size()) {
            refers_back_ = refers_back_ || (text_[at_ + 1] >= '1' && text_[at_ + 1] <= '9');
            atom(2);
        } else if (here == '[') {
            atom(bracket_size());
        } else if (here == '(') {
            outer_.push_back(size_);
            size_ = 0;
            keep(1);
        } else if (here == ')' && outer_.size() > 1) {
            leave_group();
            keep(1);
        } else if (here == ')') {
            plain_ += '\\';
            atom(1);
        } else if (here == '{') {
            repeat();
        } else if (here == '*' || here == '+' || here == '?') {
            keep(1);
        } else {
            atom(1);
        }
    }

    void keep(std::size_t length) {
        plain_ += text_.substr(at_, length);
        at_ += length;
    }

    void atom(std::size_t length) {
        keep(length);
        last_ = 1;
        ++size_;
    }

    void leave_group() {
        last_ = size_;
        size_ += outer_.back();
        outer_.pop_back();
    }

    /// "[]abc]", "[^[:digit:]]": a bracket is a letter where it begins, and inside [: :], [. .] and [= =].
    [[nodiscard]] std::size_t bracket_size() const {
        auto at = at_ + 1;
        if (at < text_.size() && text_[at] == '^') ++at;
        if (at < text_.size() && text_[at] == ']') ++at;
        for (; at < text_.size() && text_[at] != ']'; ++at) {
            const bool named = text_[at] == '[' && at + 1 < text_.size() &&
                               std::string_view(":.=").find(text_[at + 1]) != std::string_view::npos;
            if (!named) continue;
            const auto end = text_.find(std::string{text_[at + 1], ']'}, at + 2);
            if (end == std::string_view::npos) return text_.size() - at_;
            at = end + 1;
        }
        return std::min(at + 1, text_.size()) - at_;
    }

    /// "{2}", "{2,}", "{2,5}" after an atom or a group.
    void repeat() {
        const auto end = std::min(text_.find('}', at_), text_.size());
        const auto bounds = split(text_.substr(at_ + 1, end - at_ - 1), ',');
        std::size_t most = 1;
        for (const auto bound : bounds) most = std::max(most, parse_decimal<std::size_t>(bound).value_or(1));
        most = std::min(most, longest_written_out + 1);
        size_ = std::min(size_ + last_ * (most - 1), too_much);
        last_ = std::min(last_ * most, too_much);
        keep(std::min(end + 1, text_.size()) - at_);
    }

    static constexpr std::size_t too_much = 1'000'000;

    std::string_view text_;
    std::size_t at_ = 0;
    std::string plain_;
    std::vector<std::size_t> outer_{0};  ///< what there was before each open group
    std::size_t size_ = 0;               ///< of the innermost open group so far
    std::size_t last_ = 0;               ///< of what a repetition would repeat
    bool refers_back_ = false;
};

}  // namespace

struct Expression::Compiled {
    regex_t regex{};
    int error = 0;

    explicit Compiled(const std::string& text)
        : error(::regcomp(&regex, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}
    ~Compiled() {
        if (error == 0) ::regfree(&regex);
    }
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;
    Compiled(Compiled&&) = delete;
    Compiled& operator=(Compiled&&) = delete;
};

Result<Expression> Expression::compile(const std::string& text) {
    if (text.find('\0') != std::string::npos)  // regcomp(3) would silently stop there
        return fail(std::errc::invalid_argument, "a zero byte cannot be searched for");
    const Survey survey(text);
    if (survey.refers_back())
        return fail(std::errc::invalid_argument,
                    "back references (\\1) are not available: to search for one may take for ever");
    if (survey.written_out() > longest_written_out)
        return fail(std::errc::invalid_argument, "it repeats too much: written out it is longer than " +
                                                     std::to_string(longest_written_out) + " characters");
    if (const Compiled alone(text); alone.error != 0) {
        std::array<char, 128> said{};
        ::regerror(alone.error, &alone.regex, said.data(), said.size());
        return fail(std::errc::invalid_argument, said.data());
    }
    // Searched from the beginning alone, with any bytes before it ("." would not match a zero byte): glibc
    // would otherwise begin anew at every byte, and take a quarter of an hour for 256 KiB of "x" and
    // (x+x+)+y.
    auto compiled = std::make_shared<const Compiled>("^([^a]|a)*" + survey.as_group());
    if (compiled->error != 0) return fail(std::errc::invalid_argument, "cannot be searched for");
    return Expression(std::move(compiled));
}

bool Expression::found_in(std::string_view text, bool complete) const {
    regmatch_t range{};
    range.rm_so = 0;
    range.rm_eo = static_cast<regoff_t>(text.size());
    // REG_STARTEND: answers may hold zero bytes and need not end in one.
    const int flags = REG_STARTEND | (complete ? 0 : REG_NOTEOL);
    return ::regexec(&compiled_->regex, text.data(), 1, &range, flags) == 0;
}

}  // namespace pulse
