#include "pulse/sandbox/sandbox.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <span>
#include <string_view>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cap-ng.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <unistd.h>

#include "filters.inc"  // made by generate.cpp

namespace pulse::sandbox {

namespace {

struct Account {
    uid_t uid = 65534;  // nobody
    gid_t gid = 65534;
};

/// A system account, which is always a local one: getpwnam(3) would load the name service into every nanny.
Account account(std::string_view name) {
    Account found;
    auto* file = std::fopen("/etc/passwd", "re");
    if (file == nullptr) return found;
    while (const passwd* line = ::fgetpwent(file))
        if (line->pw_name == name) found = {.uid = line->pw_uid, .gid = line->pw_gid};
    (void)std::fclose(file);
    return found;
}

Result<void> limit(__rlimit_resource resource, rlim_t most, const char* what) {
    rlimit now{};
    if (::getrlimit(resource, &now) == 0 && now.rlim_max < most) most = now.rlim_max;
    const rlimit limits{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(resource, &limits) != 0) return fail_errno(what, errno);
    return {};
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool under_sanitizer = true;  // it reads /proc and starts threads at its own time
#else
constexpr bool under_sanitizer = false;
#endif

Result<void> load(std::span<const sock_filter> steps) {
    const sock_fprog program{.len = static_cast<unsigned short>(steps.size()),
                             .filter = const_cast<sock_filter*>(steps.data())};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return fail_errno("cannot load a system call filter", errno);
    return {};
}

}  // namespace

void close_descriptors_from(int first) { ::closefrom(first); }

Result<void> drop_privileges(const char* user) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail_errno("cannot forbid new privileges", errno);
    const bool root = ::geteuid() == 0;
    ::capng_clear(CAPNG_SELECT_ALL);
    if (root) {
        // The bounding set needs a capability to be emptied, the rest goes with the account.
        if (::capng_apply(CAPNG_SELECT_BOUNDS) != 0)
            return fail(std::errc::operation_not_permitted, "cannot give up capabilities");
        const auto [uid, gid] = account(user);
        if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)
            return fail_errno("cannot give up root", errno);
    }
    if (::capng_apply(CAPNG_SELECT_CAPS) != 0)
        return fail(std::errc::operation_not_permitted, "cannot give up capabilities");
    // Others of the same account must not look into this one.
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("cannot forbid tracing", errno);
    return {};
}

bool die_with_parent(int parent) {
    return ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && ::getppid() == parent;
}

Result<void> confine(const Rules& rules) {
    if (auto set = limit(RLIMIT_CORE, 0, "cannot forbid core files"); !set) return set;
    if (auto set = limit(RLIMIT_NOFILE, rules.descriptors, "cannot limit descriptors"); !set) return set;
    if (!rules.programs) {
        if (auto set = limit(RLIMIT_NPROC, 0, "cannot forbid processes"); !set) return set;
        if (auto set = limit(RLIMIT_DATA, rules.megabytes << 20U, "cannot limit memory"); !set) return set;
    }
    ::malloc_trim(0);  // what reading options and the like took
    if (rules.programs || under_sanitizer) return load(ordinary);
    if (rules.files) return load(sockets_and_files);
    return rules.ping ? load(sockets_and_ping) : load(sockets);
}

}  // namespace pulse::sandbox
