// fmt's own code for programs linked statically: Debian has it as a shared library only. Without what asks
// the locale: nothing here is formatted by one, and it brings all of iostreams, which take more of each
// nanny's memory than a check does.
#define FMT_STATIC_THOUSANDS_SEPARATOR ','
#include <fmt/format-inl.h>

template auto fmt::detail::thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto fmt::detail::decimal_point_impl(locale_ref) -> char;
