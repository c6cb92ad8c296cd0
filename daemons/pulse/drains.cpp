#include "drains.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>

#include "pulse/runtime/file.h"
#include "pulse/runtime/locked_file.h"

namespace pulse::daemon {

Result<director::Drains> read_drains(const std::string& state_directory) {
    const auto path = director::drains_path(state_directory);
    auto text = runtime::read_file(path);
    if (text) return director::drains_from(*text);
    if (text.error().code == std::errc::no_such_file_or_directory) return director::Drains{};
    return fail(text.error(), "");
}

Result<void> write_drains(const std::string& state_directory, const director::Drains& drains) {
    const auto path = director::drains_path(state_directory);
    std::error_code error;
    std::filesystem::create_directories(state_directory, error);
    if (error) return fail(error, "cannot make " + state_directory);
    const runtime::UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!made) return fail_errno("cannot write " + path, errno);
    auto file = runtime::LockedFile::open(path);
    if (!file) return fail(file.error(), "");
    return file->replace(director::to_text(drains));
}

Result<void> rename_drains(const std::string& state_directory, const config::Config& before,
                           const config::Config& after) {
    const auto drains = read_drains(state_directory);
    if (!drains) return fail(drains.error(), "");
    const auto now = director::renamed(*drains, before, after);
    return now == *drains ? Result<void>() : write_drains(state_directory, now);
}

}  // namespace pulse::daemon
