#include "pulse/process/child.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>

#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "pulse/process/channel.h"
#include "pulse/process/descriptor_limit.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

namespace pulse::process {

namespace asio = boost::asio;

namespace {

/// The two opaque structures posix_spawn(3) takes, released whatever happens.
struct SpawnSettings {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    SpawnSettings() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    SpawnSettings(SpawnSettings&&) = delete;
    SpawnSettings& operator=(SpawnSettings&&) = delete;
};

void apply(const SpawnRequest& request, SpawnSettings& settings) {
    posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (request.standard_output >= 0)
        posix_spawn_file_actions_adddup2(&settings.files, request.standard_output, STDOUT_FILENO);
    else if (!request.our_streams)
        posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (request.join_errors)
        posix_spawn_file_actions_adddup2(&settings.files, STDOUT_FILENO, STDERR_FILENO);
    else if (!request.our_streams)
        posix_spawn_file_actions_addopen(&settings.files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (request.channel >= 0)
        posix_spawn_file_actions_adddup2(&settings.files, request.channel, child_channel_fd);

    sigset_t none{};
    sigset_t all{};
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setsigdefault(&settings.attributes, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (request.own_group) {
        posix_spawnattr_setpgroup(&settings.attributes, 0);
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    posix_spawnattr_setflags(&settings.attributes, static_cast<short>(flags));
}

/// What exec(3) takes: pointers into `texts`, then a null one.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

std::vector<std::string> plain_environment() {
    std::vector<std::string> variables;
    const auto keep = [&](const std::string& name, const char* otherwise) {
        const char* value = ::getenv(name.c_str());
        if (value == nullptr) value = otherwise;
        if (value != nullptr) variables.push_back(name + "=" + value);
    };
    keep("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    keep("HOME", "/");
    for (const auto* name : {"LANG", "LC_ALL", "TZ"}) keep(name, nullptr);
    return variables;
}

std::string Exit::to_string() const {
    return signal != 0 ? fmt::format("terminated with signal {}", signal)
                       : fmt::format("exited with status {}", status);
}

namespace {

struct Started {
    pid_t pid = 0;
    runtime::UniqueFd pidfd;
};

Result<Started> start(const SpawnRequest& request) {
    std::vector<std::string> words{request.program};
    words.insert(words.end(), request.arguments.begin(), request.arguments.end());
    auto variables = request.environment;
    const auto arguments = pointers(words);
    const auto environment = pointers(variables);

    SpawnSettings settings;
    apply(request, settings);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, request.program.c_str(), &settings.files, &settings.attributes,
                                   arguments.data(), environment.data());
    if (error != 0) return fail_errno("cannot start " + request.program, error);

    give_back_descriptor_limit(pid);

    // By number: g++ 12 with older glibc has no C++-safe <sys/pidfd.h>. The descriptor is close-on-exec by
    // itself.
    runtime::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        const int reason = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return fail_errno("cannot watch " + request.program, reason);
    }
    return Started{.pid = pid, .pidfd = std::move(pidfd)};
}

}  // namespace

Result<Child> Child::spawn(const asio::any_io_executor& executor, const SpawnRequest& request) {
    auto started = start(request);
    if (!started) return tl::unexpected(started.error());
    return Child(executor, started->pid, std::move(started->pidfd));
}

asio::awaitable<Result<Child>> Child::spawn_aside(SpawnRequest request) {
    const auto executor = co_await asio::this_coro::executor;
    const std::function<Result<Started>()> work = [request = std::move(request)] { return start(request); };
    constexpr auto limit = std::chrono::seconds(10);  // the program may be on a disk that answers slowly
    auto started = co_await runtime::in_a_thread(limit, "a process was not started", work);
    if (!started) co_return tl::unexpected(started.error());
    co_return Child(executor, started->pid, std::move(started->pidfd));
}

Child::Child(const asio::any_io_executor& executor, pid_t pid, runtime::UniqueFd pidfd)
    : pid_(pid), pidfd_(executor, pidfd.release()) {}

asio::awaitable<Exit> Child::wait() {
    // A deadline may come between the end and its being noticed: the next wait must still know how it ended.
    if (ended_) co_return *ended_;
    const auto [cancelled] =
        co_await pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, runtime::as_result);
    int status = 0;
    if (cancelled || ::waitpid(pid_, &status, WNOHANG) != pid_) co_return Exit{};
    ended_.emplace();
    if (WIFSIGNALED(status))
        ended_->signal = WTERMSIG(status);
    else
        ended_->status = WEXITSTATUS(status);
    co_return *ended_;
}

void Child::kill(int signal) const {
    auto& descriptor = const_cast<asio::posix::stream_descriptor&>(pidfd_);  // native_handle() is not const
    (void)::syscall(SYS_pidfd_send_signal, descriptor.native_handle(), signal, nullptr, 0);
}

void Child::kill_group(int signal) const { (void)::kill(-pid_, signal); }

}  // namespace pulse::process
