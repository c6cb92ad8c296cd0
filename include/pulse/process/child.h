#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

/// How a child ended.
struct Exit {
    int status = 0;  ///< exit status, meaningful when `signal` is 0
    int signal = 0;  ///< the signal that killed it, or 0

    [[nodiscard]] bool clean() const { return status == 0 && signal == 0; }

    /// "exited with status 1", "terminated with signal 9": the original's words.
    [[nodiscard]] std::string to_string() const;
};

/// What a child needs of our environment: PATH (a usual one if we have none), HOME (/ if we have none), and
/// LANG, LC_ALL and TZ if we have them.
[[nodiscard]] std::vector<std::string> plain_environment();

struct SpawnRequest {
    std::string program;                 ///< a path, or a name looked up in PATH
    std::vector<std::string> arguments;  ///< without the program's own name
    int channel = -1;                    ///< becomes descriptor 3 of the child; -1: none
    int standard_output = -1;            ///< becomes descriptor 1; -1: /dev/null
    bool join_errors = false;  ///< standard error goes where standard output goes, else to /dev/null
    bool our_streams = false;  ///< it logs where we do: standard output and error are ours after all
    /// "NAME=value" each, and nothing else: ours may hold what is no business of a child's (NOTIFY_SOCKET,
    /// what a service manager or an operator's shell has put there).
    std::vector<std::string> environment = plain_environment();
    bool own_group = false;  ///< leads a process group of its own, so that `kill_group` reaches its children
};

/// A running child process, watched through a pidfd so that it can never be confused with another
/// (pidfd_open(2)). Destroying a Child does not end the process.
class Child {
  public:
    /// Starts a program with default signal handling, nothing blocked, and /dev/null as standard input. Waits
    /// until the program has been found and read.
    [[nodiscard]] static Result<Child> spawn(const boost::asio::any_io_executor& executor,
                                             const SpawnRequest& request);

    /// The same while the loop goes on: for a program that may be on a slow disk or a dead mount. The child
    /// must not ask for a signal at its parent's death, for that is a thread's.
    [[nodiscard]] static boost::asio::awaitable<Result<Child>> spawn_aside(SpawnRequest request);

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Waits for the end and reaps it. To be awaited until it has ended; may be awaited again, after a
    /// cancelled wait and after the end.
    [[nodiscard]] boost::asio::awaitable<Exit> wait();

    /// Sends a signal; a child that has already ended is no concern.
    void kill(int signal) const;

    /// Sends a signal to the process group the child leads (`own_group`).
    void kill_group(int signal) const;

  private:
    Child(const boost::asio::any_io_executor& executor, pid_t pid, runtime::UniqueFd pidfd);

    pid_t pid_;
    boost::asio::posix::stream_descriptor pidfd_;
    std::optional<Exit> ended_;
};

}  // namespace pulse::process
