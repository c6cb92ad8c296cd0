#include "pulse/runtime/resolver.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "pulse/base/time.h"

#include "duration_text.h"

namespace pulse::runtime {

namespace {

/// While it lives, threads that are started begin with every signal blocked: signals are for the thread that
/// waits for them.
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

Resolver::Resolver(Patience patience, Ask ask) : patience_(patience), ask_(std::move(ask)) {}

Result<net::IpAddress> Resolver::address(std::string_view name) {
    if (const auto literal = net::IpAddress::parse_lenient(name)) return *literal;
    const auto known = answers_.find(name);
    if (known != answers_.end()) return known->second;
    return answers_.emplace(name, ask_in_time(std::string(name))).first->second;
}

Result<net::IpAddress> Resolver::ask_in_time(const std::string& name) {
    if (spent_ >= patience_.in_total)
        return fail(std::error_code(), "not asked: the name service took more than " +
                                           duration_text(patience_.in_total) + " for the names before");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience_.in_total - spent_);
    const auto limit = std::min(patience_.per_name, left);
    const auto begin = Clock::now();

    std::packaged_task<Result<net::IpAddress>()> question([ask = ask_, name] { return ask(name); });
    auto answer = question.get_future();
    try {
        const BlockedSignals blocked;
        std::thread(std::move(question)).detach();
    } catch (const std::system_error& refused) {
        return fail(refused.code(), "cannot ask the name service");
    }
    const bool answered = answer.wait_until(begin + limit) == std::future_status::ready;
    spent_ += Clock::now() - begin;
    if (!answered)
        return fail(std::error_code(), "no answer from the name service within " + duration_text(limit));
    return answer.get();
}

}  // namespace pulse::runtime
