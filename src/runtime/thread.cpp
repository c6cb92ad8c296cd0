#include "pulse/runtime/thread.h"

#include <csignal>
#include <system_error>
#include <thread>

#include "duration_text.h"

namespace pulse::runtime {

namespace {

/// While it lives, threads that are started begin with every signal blocked.
class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all{};
        sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    BlockedSignals(BlockedSignals&&) = delete;
    BlockedSignals& operator=(BlockedSignals&&) = delete;
    ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

}  // namespace

Result<void> start_thread(std::function<void()> work) {
    try {
        const BlockedSignals blocked;
        std::thread(std::move(work)).detach();
    } catch (const std::system_error& refused) {
        return fail(refused.code(), "cannot start a thread");
    }
    return {};
}

Error not_in_time(std::string_view complaint, Duration limit) {
    return {.code = {},
            .context = std::string(complaint) + " within " +
                       duration_text(std::chrono::ceil<std::chrono::milliseconds>(limit))};
}

}  // namespace pulse::runtime
