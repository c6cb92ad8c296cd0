#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"

namespace pulse::runtime {

/// Small files that a daemon leaves for its successor, in a directory of its own. Nobody else writes them, so
/// there is no lock and no .bak. The directory is made with mode 0700, the files have 0600, whatever the
/// umask is.
///
/// Writing happens in a thread: however slow the disk is, the loop goes on.
class StateStore {
  public:
    /// Puts `content` in the place of a file's, in one piece, onto the disk. Runs in another thread and may
    /// outlive the store.
    using Put = std::function<Result<void>(const std::string& directory, const std::string& name,
                                           const std::string& content)>;

    explicit StateStore(std::string directory);
    StateStore(std::string directory, Duration patience, Put put);

    /// Replaces a file. Writes happen one after another in the order of these calls; those of one name that
    /// have to wait for the disk become one, the last. An error that the disk took too long means that the
    /// file will be written when the disk goes on.
    [[nodiscard]] boost::asio::awaitable<Result<void>> write(std::string name, std::string content);

    /// The same before the loop runs: blocks, but no longer than the disk's patience allows.
    [[nodiscard]] Result<void> write_now(const std::string& name, const std::string& content) const;

    /// A file's content; nothing if there is none. Blocks: for before the loop runs, or in a thread.
    [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name) const;

    [[nodiscard]] const std::string& directory() const { return directory_; }

  private:
    struct Queue;

    std::string directory_;
    Duration patience_;
    std::shared_ptr<Queue> queue_;
};

}  // namespace pulse::runtime
