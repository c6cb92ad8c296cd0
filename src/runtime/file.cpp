#include "pulse/runtime/file.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

Result<std::string> read_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail_errno("cannot open " + path, errno);
    return read_to_end(file.get(), path);
}

Result<std::string> read_to_end(int file, const std::string& path) {
    std::string content;
    std::array<char, 65536> buffer{};
    for (;;) {
        const auto got = ::read(file, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno("cannot read " + path, errno);
        if (got == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

Result<void> write_pid_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file) return fail_errno("cannot write " + path, errno);
    const auto text = std::to_string(::getpid()) + "\n";
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return fail_errno("cannot write " + path, errno);
    return {};
}

void remove_file(const std::string& path) { (void)::unlink(path.c_str()); }

std::string program_directory() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string("/usr/sbin") : program.parent_path().string();
}

}  // namespace pulse::runtime
