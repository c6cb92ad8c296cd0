#include "pulse/config_file/keys.h"

#include <cerrno>
#include <cstdio>
#include <span>

#include <sys/random.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/runtime/file.h"
#include "pulse/runtime/thread.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::config_file {

namespace {

Result<void> write_all(int file, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno("while writing " + path, errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file) != 0) return fail_errno("while writing " + path, errno);
    return {};
}

Result<heartbeat::Keys> read_keys_now(const std::string& path) {
    const auto context = "key file " + path;
    const runtime::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return fail_errno(context, errno);
    struct stat what{};
    if (::fstat(file.get(), &what) != 0) return fail_errno(context, errno);
    if (auto regular = runtime::must_be_regular(file.get(), path); !regular)
        return fail(regular.error(), "key file");
    if ((what.st_mode & 077U) != 0)
        return fail(std::error_code(), context + " may be used by others than its owner; chmod 600 " + path);
    if (what.st_uid != 0 && what.st_uid != ::geteuid())
        return fail(std::error_code(), context + " belongs to neither root nor the user who starts pulse");
    const auto text = runtime::read_to_end(file.get(), path);
    if (!text) return fail(text.error(), context);
    auto keys = heartbeat::parse_keys(*text);
    if (!keys) return fail(keys.error(), context);
    return keys;
}

}  // namespace

Result<heartbeat::Keys> read_keys(const std::string& path) {
    const std::function<Result<heartbeat::Keys>()> reading = [path] { return read_keys_now(path); };
    return runtime::within(std::chrono::seconds(5), "key file " + path + " could not be read", reading);
}

Result<void> write_keys(const std::string& path, const heartbeat::Keys& keys, bool must_be_new) {
    const auto text = heartbeat::to_text(keys);
    const auto place = must_be_new ? path : path + ".new";
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_EXCL;
    if (!must_be_new) runtime::remove_file(place);
    runtime::UniqueFd file(::open(place.c_str(), flags, 0600));
    if (!file) return fail_errno("cannot make " + place, errno);
    auto written = write_all(file.get(), text, place);
    if (written && !must_be_new && ::rename(place.c_str(), path.c_str()) != 0)
        written = fail_errno("cannot replace " + path, errno);
    if (!written) runtime::remove_file(place);
    return written;
}

Result<std::array<std::uint8_t, 32>> random_secret() {
    std::array<std::uint8_t, 32> secret{};
    if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
        return fail_errno("the kernel gives no random numbers", errno);
    return secret;
}

}  // namespace pulse::config_file
