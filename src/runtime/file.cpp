#include "pulse/runtime/file.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

Result<std::string> read_file(const std::string& path) {
    // Non-blocking: opening a FIFO would wait for its writer, some devices for a carrier.
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return fail_errno("cannot open " + path, errno);
    if (auto regular = must_be_regular(file.get(), path); !regular) return fail(regular.error(), "");
    return read_to_end(file.get(), path);
}

Result<void> must_be_regular(int file, const std::string& path) {
    struct stat status{};
    if (::fstat(file, &status) != 0) return fail_errno("cannot look at " + path, errno);
    if (S_ISREG(status.st_mode)) return {};
    const auto* kind = S_ISDIR(status.st_mode)    ? "a directory"
                       : S_ISFIFO(status.st_mode) ? "a FIFO"
                                                  : "a device";
    return fail(std::error_code(), path + " is " + kind + ", not a file");
}

Result<std::string> read_to_end(int file, const std::string& path) {
    std::string content;
    std::array<char, 65536> buffer{};
    for (;;) {
        const auto got = ::read(file, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno("cannot read " + path, errno);
        if (got == 0) return content;
        if (content.size() + static_cast<std::size_t>(got) > longest_file)
            return fail(std::errc::file_too_large,
                        path + " has more than " + std::to_string(longest_file) + " bytes");
        content.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

Result<void> write_pid_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file || ::fchmod(file.get(), 0644) != 0) return fail_errno("cannot write " + path, errno);
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
