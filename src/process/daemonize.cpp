#include "pulse/process/daemonize.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

namespace {

/// Forks; the parent waits until nobody holds the other end of `released` and exits.
Result<void> leave_parent(const runtime::UniqueFd& released, runtime::UniqueFd& holding) {
    const auto pid = ::fork();
    if (pid < 0) return fail_errno("cannot fork", errno);
    if (pid == 0) return {};
    holding.close();
    char byte = 0;
    while (::read(released.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
}

}  // namespace

Result<runtime::UniqueFd> daemonize() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
    const runtime::UniqueFd released(ends[0]);
    runtime::UniqueFd holding(ends[1]);
    if (auto first = leave_parent(released, holding); !first) return fail(first.error(), "");
    if (::setsid() < 0) return fail_errno("cannot start a session", errno);
    if (auto second = leave_parent(released, holding); !second) return fail(second.error(), "");
    if (::chdir("/") != 0) return fail_errno("cannot change to /", errno);
    const runtime::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail_errno("cannot open /dev/null", errno);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(null.get(), stream) < 0) return fail_errno("cannot redirect to /dev/null", errno);
    return holding;
}

}  // namespace pulse::process
