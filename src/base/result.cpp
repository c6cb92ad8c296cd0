#include "pulse/base/result.h"

namespace pulse {

std::string Error::message() const {
    if (!code) return context;
    if (context.empty()) return code.message();
    return context + ": " + code.message();
}

tl::unexpected<Error> fail(std::error_code code, std::string context) {
    return tl::unexpected<Error>(Error{.code = code, .context = std::move(context)});
}

tl::unexpected<Error> fail(std::errc code, std::string context) {
    return fail(std::make_error_code(code), std::move(context));
}

tl::unexpected<Error> fail_errno(std::string_view context, int error_number) {
    return fail(std::error_code(error_number, std::system_category()), std::string(context));
}

tl::unexpected<Error> fail(Error error, std::string_view context) {
    if (error.context.empty())
        error.context = context;
    else if (!context.empty())
        error.context = std::string(context) + ": " + error.context;
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace pulse
