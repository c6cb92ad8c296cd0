#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <tl/expected.hpp>

namespace pulse {

/// What went wrong, as a value: the machine's reason (`code`) and the operator's (`context`).
/// Context grows outwards: each boundary puts what it was doing in front.
struct Error {
    std::error_code code;
    std::string context;

    /// "while adding 10.0.0.7/24 to eth0: No such device"
    [[nodiscard]] std::string message() const;
};

/// A value or an Error. An alias, so that it can become std::expected when the compilers allow.
template <class T>
using Result = tl::expected<T, Error>;

/// Makes the failed branch of a Result from an error code.
[[nodiscard]] tl::unexpected<Error> fail(std::error_code code, std::string context);

/// Makes the failed branch from an errno value or a std::errc.
[[nodiscard]] tl::unexpected<Error> fail(std::errc code, std::string context);

/// Makes the failed branch from the current value of errno. Build `context` before the failing call, or from
/// plain values: making it must not touch errno.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view context, int error_number);

/// Passes an error on with what we were doing put before what it already says; "" adds nothing.
[[nodiscard]] tl::unexpected<Error> fail(Error error, std::string_view context);

}  // namespace pulse
