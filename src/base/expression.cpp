#include "pulse/base/expression.h"

#include <array>

#include <regex.h>

namespace pulse {

struct Expression::Compiled {
    regex_t regex{};
    int error = 0;

    explicit Compiled(const std::string& text) : error(::regcomp(&regex, text.c_str(), REG_EXTENDED)) {}
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
    auto compiled = std::make_shared<const Compiled>(text);
    if (compiled->error == 0) return Expression(std::move(compiled));
    std::array<char, 128> said{};
    ::regerror(compiled->error, &compiled->regex, said.data(), said.size());
    return fail(std::errc::invalid_argument, said.data());
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
