#include "pulse/process/only_one.h"

#include <array>
#include <cerrno>
#include <thread>

#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/base/time.h"

namespace pulse::process {

namespace {

std::string lock_path(const std::string& directory, const std::string& program) {
    struct stat space{};
    // Without /proc there is one namespace that we know of.
    (void)::stat("/proc/self/ns/net", &space);
    return fmt::format("{}/{}.{}.lock", directory, program, space.st_ino);
}

void make_directory(const std::string& path) {
    // What goes wrong shows when the file in it is opened. Operators must reach the socket in it.
    if (::mkdir(path.c_str(), 0755) == 0) (void)::chmod(path.c_str(), 0755);
}

std::string holder(int file) {
    std::array<char, 32> text{};
    const auto size = ::pread(file, text.data(), text.size(), 0);
    const std::string_view pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return std::string(trim(pid));
}

}  // namespace

Result<OnlyOne> OnlyOne::claim(const std::string& program, std::chrono::milliseconds patience,
                               const std::string& directory) {
    make_directory(directory);
    const auto path = lock_path(directory, program);
    runtime::UniqueFd file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!file) return fail_errno("cannot open " + path, errno);
    constexpr auto pause = std::chrono::milliseconds(5);
    for (const auto give_up_at = Clock::now() + patience; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0;) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return fail_errno("cannot lock " + path, errno);
        if (Clock::now() >= give_up_at)
            return fail(std::error_code(),
                        fmt::format("{} already runs, pid {}", program, holder(file.get())));
        std::this_thread::sleep_for(pause);
    }
    OnlyOne claim(std::move(file));
    claim.sign();
    return claim;
}

void OnlyOne::sign() const {
    const auto text = fmt::format("{}\n", ::getpid());
    // Whoever cannot read it is still kept out.
    if (::ftruncate(file_.get(), 0) == 0) (void)(::pwrite(file_.get(), text.data(), text.size(), 0) < 0);
}

}  // namespace pulse::process
