#include "pulse/runtime/locked_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/base/time.h"
#include "pulse/runtime/file.h"

#include "duration_text.h"

namespace pulse::runtime {

namespace {

/// What a file is at one moment.
struct Version {
    UniqueFd file;
    struct stat status{};
    std::string content;
};

Result<Version> read_version(int directory, const std::string& name, const std::string& path) {
    Version version;
    // Non-blocking, so that a FIFO in the file's place does not hold us.
    version.file =
        UniqueFd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!version.file) return fail_errno("cannot open " + path, errno);
    if (::fstat(version.file.get(), &version.status) != 0) return fail_errno("cannot look at " + path, errno);
    if (auto regular = must_be_regular(version.file.get(), path); !regular) return fail(regular.error(), "");
    auto content = read_to_end(version.file.get(), path);
    if (!content) return fail(content.error(), "");
    version.content = std::move(*content);
    return version;
}

Result<void> lock(int directory, const std::string& path, std::chrono::milliseconds patience) {
    // Short beside a person's patience, long beside what a look costs.
    constexpr auto pause = std::chrono::milliseconds(20);
    const auto give_up_at = Clock::now() + patience;
    while (::flock(directory, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return fail_errno("cannot lock the directory of " + path, errno);
        const auto now = Clock::now();
        if (now >= give_up_at) {
            const bool waited = patience > patience.zero();
            return fail(std::error_code(), waited ? "another program has been editing " + path + " for " +
                                                        duration_text(patience)
                                                  : "another program is editing " + path);
        }
        std::this_thread::sleep_for(std::min<Duration>(pause, give_up_at - now));
    }
    return {};
}

/// A name that only the holder of the lock uses, free at the start and at the end: whatever is there when it
/// begins, a crash has left.
class TemporaryName {
  public:
    TemporaryName(int directory, std::string name) : directory_(directory), name_(std::move(name)) {
        clear();
    }
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    TemporaryName(TemporaryName&&) = delete;
    TemporaryName& operator=(TemporaryName&&) = delete;
    // Even after a rename: renaming one hard link over another of the same file succeeds and does nothing.
    ~TemporaryName() { clear(); }

    [[nodiscard]] const char* name() const { return name_.c_str(); }

    /// Puts what has this name in the place of `target`.
    [[nodiscard]] bool rename_over(const std::string& target) const {
        return ::renameat(directory_, name(), directory_, target.c_str()) == 0;
    }

  private:
    // What cannot be removed is in the way of creating ours, and that is an error.
    void clear() const { (void)::unlinkat(directory_, name(), 0); }

    int directory_;
    std::string name_;
};

/// The access control list is copied, or the one inherited from the directory is taken away.
Result<void> keep_access_list(int from, int to) {
    constexpr auto attribute = "system.posix_acl_access";
    std::array<char, 65536> list{};  // XATTR_SIZE_MAX
    const auto size = ::fgetxattr(from, attribute, list.data(), list.size());
    if (size < 0 && errno == ENOTSUP) return {};
    if (size < 0 && errno != ENODATA) return fail_errno("while reading its access control list", errno);
    const auto done = size < 0 ? ::fremovexattr(to, attribute)
                               : ::fsetxattr(to, attribute, list.data(), static_cast<std::size_t>(size), 0);
    if (done != 0 && errno != ENODATA) return fail_errno("while keeping its access control list", errno);
    return {};
}

Result<void> keep_rights(const Version& from, int to) {
    const auto& old = from.status;
    struct stat fresh{};
    if (::fstat(to, &fresh) != 0) return fail_errno("while looking at the new version", errno);
    if ((fresh.st_uid != old.st_uid || fresh.st_gid != old.st_gid) &&
        ::fchown(to, old.st_uid, old.st_gid) != 0)
        return fail_errno("while keeping its owner (user " + std::to_string(old.st_uid) + ", group " +
                              std::to_string(old.st_gid) + ")",
                          errno);
    if (auto kept = keep_access_list(from.file.get(), to); !kept) return kept;
    // Last: changing the owner or the list changes mode bits.
    if (::fchmod(to, old.st_mode & 07777) != 0) return fail_errno("while keeping its mode", errno);
    return {};
}

/// A new file with the rights of `like`, on the disk when this returns.
Result<void> write_version(int directory, const TemporaryName& temporary, std::string_view content,
                           const Version& like) {
    UniqueFd file(::openat(directory, temporary.name(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return fail_errno(std::string("while creating ") + temporary.name(), errno);
    if (auto kept = keep_rights(like, file.get()); !kept) return kept;
    while (!content.empty()) {
        const auto written = ::write(file.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno(std::string("while writing ") + temporary.name(), errno);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    // A full disk or quota may be noticed as late as here.
    if (::fsync(file.get()) != 0 || ::close(file.release()) != 0)
        return fail_errno(std::string("while writing ") + temporary.name() + " to the disk", errno);
    return {};
}

Result<void> keep_previous(int directory, const std::string& name, const Version& previous) {
    const auto backup = name + ".bak";
    const TemporaryName temporary(directory, "." + name + ".old");
    // Who wrote it may not have waited for the disk.
    if (::fsync(previous.file.get()) != 0)
        return fail_errno("while writing the old version to the disk", errno);
    // There are many reasons for a refused link, such as a file system without them. A copy serves as well.
    if (::linkat(directory, name.c_str(), directory, temporary.name(), 0) != 0) {
        if (auto copied = write_version(directory, temporary, previous.content, previous); !copied)
            return copied;
    }
    if (!temporary.rename_over(backup))
        return fail_errno("while keeping the old version as " + backup, errno);
    return {};
}

Result<void> replace_version(int directory, const std::string& name, std::string_view content,
                             const Version& previous) {
    const TemporaryName temporary(directory, "." + name + ".new");
    // The new version first: it is what may not fit on the disk, and then the .bak stays, too.
    if (auto written = write_version(directory, temporary, content, previous); !written) return written;
    if (auto kept = keep_previous(directory, name, previous); !kept) return kept;
    if (!temporary.rename_over(name)) return fail_errno("while putting the new version in its place", errno);
    return {};
}

}  // namespace

Result<LockedFile> LockedFile::open(const std::string& path, std::chrono::milliseconds patience) {
    std::error_code error;
    const auto target = std::filesystem::canonical(path, error);
    if (error) return fail(error, "cannot open " + path);
    auto name = target.filename().string();
    UniqueFd directory(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return fail_errno("cannot open the directory of " + path, errno);
    if (auto locked = lock(directory.get(), path, patience); !locked) return fail(locked.error(), "");
    auto version = read_version(directory.get(), name, path);
    if (!version) return fail(version.error(), "");
    return LockedFile(path, std::move(name), std::move(directory), std::move(version->content));
}

LockedFile::LockedFile(std::string path, std::string name, UniqueFd directory, std::string content)
    : path_(std::move(path)),
      name_(std::move(name)),
      directory_(std::move(directory)),
      content_(std::move(content)) {}

Result<void> LockedFile::replace(std::string_view content) {
    const auto now = read_version(directory_.get(), name_, path_);
    if (!now) return fail(now.error(), "while saving");
    // The content and not the times: those may stand still between two writes, and a touch changes nothing.
    if (now->content != content_)
        return fail(std::error_code(),
                    path_ + " was changed by another program meanwhile; nothing was written");
    if (content == content_) return {};
    if (auto replaced = replace_version(directory_.get(), name_, content, *now); !replaced)
        return fail(replaced.error(), "while saving " + path_);
    content_ = content;
    // Some file systems cannot sync a directory and say EINVAL.
    if (::fsync(directory_.get()) != 0 && errno != EINVAL)
        return fail_errno(
            path_ + " is saved, but a power failure may undo it: while writing its directory to the disk",
            errno);
    return {};
}

}  // namespace pulse::runtime
