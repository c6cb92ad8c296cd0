#include "pulse/runtime/sysctl.h"

#include <algorithm>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

namespace {

std::string path_of(std::string_view name) {
    std::string path(name);
    std::ranges::replace(path, '.', '/');
    return "/proc/sys/" + path;
}

}  // namespace

std::optional<int> read_sysctl(std::string_view name) {
    const auto text = read_file(path_of(name));
    return text ? parse_decimal<int>(trim(*text)) : std::nullopt;
}

Result<void> write_sysctl(std::string_view name, int value) {
    const auto text = std::to_string(value);
    const auto refuse = [&] { return fail_errno("setting " + std::string(name) + " = " + text, errno); };
    const UniqueFd file(::open(path_of(name).c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return refuse();
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return refuse();
    return {};
}

}  // namespace pulse::runtime
