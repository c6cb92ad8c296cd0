#include "pulse/process/descriptor_limit.h"

#include <optional>

#include <sys/resource.h>

namespace pulse::process {

namespace {

std::optional<rlim_t>& former_limit() {
    static std::optional<rlim_t> limit;
    return limit;
}

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (!former_limit()) former_limit() = limit.rlim_cur;
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

void give_back_descriptor_limit(pid_t child) {
    if (!former_limit()) return;
    rlimit limit{};
    if (::prlimit(child, RLIMIT_NOFILE, nullptr, &limit) != 0) return;  // it has ended
    if (limit.rlim_cur <= *former_limit()) return;                      // it has lowered it itself
    limit.rlim_cur = *former_limit();
    (void)::prlimit(child, RLIMIT_NOFILE, &limit, nullptr);
}

}  // namespace pulse::process
