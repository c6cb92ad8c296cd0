#include "traced_child.h"

#include <csignal>
#include <cstddef>
#include <stdexcept>

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <unistd.h>

namespace pulse::runtime {

namespace {

void require(bool fine, const char* what) {
    if (!fine) throw std::runtime_error(what);
}

}  // namespace

TracedChild::TracedChild(const std::function<int()>& work) : pid_(::fork()) {
    if (pid_ == 0) {
        (void)::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        (void)::raise(SIGSTOP);
        ::_exit(work());
    }
    require(pid_ > 0, "fork");
    require(::waitpid(pid_, &status_, 0) == pid_ && WIFSTOPPED(status_), "the child did not stop");
    // A system call's stop can be told from a SIGTRAP.
    require(::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_TRACESYSGOOD) == 0, "PTRACE_SETOPTIONS");
}

TracedChild::~TracedChild() {
    if (ended_) return;
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, &status_, 0);
}

bool TracedChild::advance() {
    require(::ptrace(PTRACE_SYSCALL, pid_, nullptr, nullptr) == 0, "PTRACE_SYSCALL");
    require(::waitpid(pid_, &status_, 0) == pid_, "waitpid");
    ended_ = !WIFSTOPPED(status_);
    require(ended_ || WSTOPSIG(status_) == (SIGTRAP | 0x80), "the child was stopped by a signal");
    return !ended_;
}

std::optional<long> TracedChild::advance_to(const std::set<long>& calls, int nth) {
    while (advance()) {
        __ptrace_syscall_info info{};
        require(::ptrace(PTRACE_GET_SYSCALL_INFO, pid_, sizeof info, &info) > 0, "PTRACE_GET_SYSCALL_INFO");
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
        const auto call = static_cast<long>(info.entry.nr);
        if (calls.contains(call) && nth-- == 0) return call;
    }
    return std::nullopt;
}

#ifdef __x86_64__
void TracedChild::refuse(int error) {
    // No call has the number -1: the kernel makes none, and the answer is ours to write.
    constexpr long no_call = -1;
    require(::ptrace(PTRACE_POKEUSER, pid_, offsetof(user_regs_struct, orig_rax), no_call) == 0, "orig_rax");
    require(advance(), "the child ended in a call");
    require(::ptrace(PTRACE_POKEUSER, pid_, offsetof(user_regs_struct, rax), long{-error}) == 0, "rax");
}
#endif

int TracedChild::finish() {
    while (!ended_) (void)advance();
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

}  // namespace pulse::runtime
