#include "pulse/runtime/sealed_text.h"

#include <cerrno>

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

namespace pulse::runtime {

namespace {

constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

}  // namespace

Result<UniqueFd> sealed_text(const std::string& name, std::string_view text) {
    UniqueFd memory(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return fail_errno("cannot make room in memory for " + name, errno);
    while (!text.empty()) {
        const auto written = ::write(memory.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno("cannot write " + name + " to memory", errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fcntl(memory.get(), F_ADD_SEALS, seals) != 0) return fail_errno("cannot seal " + name, errno);
    return memory;
}

Result<std::string> read_sealed_text(int descriptor) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return fail_errno("cannot look at a text in memory", errno);
    const int found = ::fcntl(descriptor, F_GET_SEALS);
    if (found < 0 || (found & seals) != seals)
        return fail(std::errc::invalid_argument, "what was passed is no sealed text");
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    // By place, not from where the last reader stopped: that is shared by all who have the descriptor.
    for (std::size_t at = 0; at < text.size();) {
        const auto got = ::pread(descriptor, text.data() + at, text.size() - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail_errno("cannot read a text in memory", got < 0 ? errno : EIO);
        at += static_cast<std::size_t>(got);
    }
    return text;
}

}  // namespace pulse::runtime
