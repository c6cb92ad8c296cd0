#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

/// A file held for editing: from `open` until this goes away, nobody else who asks the same way can change
/// it.
///
/// The lock is an flock(2) on the directory the file is in, because the file itself is replaced by a rename
/// and would take its lock away with it, and a lock file would be one more file. So two files of one
/// directory cannot be held at once, and a file in a directory that others lock (such as /tmp) is a poor
/// choice. Programs that do not lock, such as an editor, are not kept out, but `replace` notices them.
///
/// A symlink is followed: its target is edited, in the target's directory, and the link stays.
class LockedFile {
  public:
    /// Waits for its turn, at most `patience` (zero: asks once), then reads the file. A regular file must be
    /// there.
    [[nodiscard]] static Result<LockedFile> open(
        const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(5));

    /// As it was read under the lock, or last replaced.
    [[nodiscard]] const std::string& content() const { return content_; }

    /// Gives the file new content, and keeps what it replaces beside it as `PATH.bak`. Content that is there
    /// already writes nothing and leaves the .bak alone.
    ///
    /// Whenever we or the machine should stop, the file is the old one or the new one in full, and the .bak
    /// is absent or a full older version. An error means that the file is as it was, though the .bak may be
    /// that version already; with one exception that says so: when the disk fails after the new version is in
    /// its place, a power failure may bring back the old one. An error leaves no other files behind; what a
    /// crash leaves (.NAME.new, .NAME.old) goes with the next save.
    ///
    /// The new version has the old one's owner, group, mode and access control list, or it is an error. It
    /// has no other extended attributes (a security label is the one the directory gives) and no other hard
    /// links. Refused when the content is no longer what `content` says, or the file is gone.
    [[nodiscard]] Result<void> replace(std::string_view content);

  private:
    LockedFile(std::string path, std::string name, UniqueFd directory, std::string content);

    std::string path_;    ///< as the caller calls it
    std::string name_;    ///< in `directory_`; never a symlink
    UniqueFd directory_;  ///< carries the lock
    std::string content_;
};

}  // namespace pulse::runtime
