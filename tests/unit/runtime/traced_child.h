#pragma once

#include <functional>
#include <optional>
#include <set>

#include <sys/types.h>

namespace pulse::runtime {

/// A forked child that runs `work` and stops before and after each of its system calls, to see what a crash
/// or a failure at that point leaves behind.
class TracedChild {
  public:
    /// The child has not begun yet; it will exit with what `work` returns.
    explicit TracedChild(const std::function<int()>& work);
    /// Kills it wherever it stands.
    ~TracedChild();
    TracedChild(const TracedChild&) = delete;
    TracedChild& operator=(const TracedChild&) = delete;
    TracedChild(TracedChild&&) = delete;
    TracedChild& operator=(TracedChild&&) = delete;

    /// Lets it run to its next stop. False when it has ended instead.
    bool advance();

    /// Lets it run until it is about to make one of `calls` (SYS_...) for the `nth` time, counted from 0:
    /// which of them. nullopt when it has ended instead.
    std::optional<long> advance_to(const std::set<long>& calls, int nth);

#ifdef __x86_64__  // the registers are this processor's
    /// Has the call it is about to make do nothing and fail with `error`.
    void refuse(int error);
#endif

    /// Lets it run to its end: what it exits with, or -1 if something else ended it.
    int finish();

  private:
    pid_t pid_ = -1;
    int status_ = 0;
    bool ended_ = false;
};

}  // namespace pulse::runtime
