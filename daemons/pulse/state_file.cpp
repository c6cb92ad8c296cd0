#include "state_file.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>

#include "pulse/runtime/locked_file.h"

namespace pulse::daemon {

Result<void> write_state_file(const std::string& state_directory, const std::string& name,
                              const std::string& content) {
    const auto path = state_directory + "/" + name;
    std::error_code error;
    std::filesystem::create_directories(state_directory, error);
    if (error) return fail(error, "cannot make " + state_directory);
    const runtime::UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!made) return fail_errno("cannot write " + path, errno);
    auto file = runtime::LockedFile::open(path);
    if (!file) return fail(file.error(), "");
    return file->replace(content);
}

}  // namespace pulse::daemon
