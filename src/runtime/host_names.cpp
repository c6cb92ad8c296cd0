#include "pulse/runtime/host_names.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace pulse::runtime {

namespace {

/// What the threads share; it lives until the last of them ends.
struct Questions {
    std::mutex mutex;
    std::condition_variable all_answered;
    std::vector<net::IpAddress> addresses;
    std::size_t asked = 0;
    std::size_t answered = 0;
    HostNames names;
    std::function<std::string(const net::IpAddress&)> ask;
};

void ask_all(const std::shared_ptr<Questions>& questions) {
    std::unique_lock lock(questions->mutex);
    while (questions->asked < questions->addresses.size()) {
        const auto address = questions->addresses[questions->asked++];
        lock.unlock();
        auto name = questions->ask(address);
        lock.lock();
        questions->names[address] = std::move(name);
        if (++questions->answered == questions->addresses.size()) questions->all_answered.notify_all();
    }
}

}  // namespace

HostNames host_names(const std::vector<net::IpAddress>& addresses, std::chrono::milliseconds patience,
                     const std::function<std::string(const net::IpAddress&)>& ask) {
    const auto questions = std::make_shared<Questions>();
    questions->addresses = addresses;
    questions->ask = ask;
    std::ranges::sort(questions->addresses);
    const auto same = std::ranges::unique(questions->addresses);
    questions->addresses.erase(same.begin(), same.end());

    constexpr std::size_t most_threads = 32;
    const auto threads = std::min(most_threads, questions->addresses.size());
    // getnameinfo(3) cannot be called off: a thread that waits for a dead server is left behind.
    for (std::size_t i = 0; i < threads; ++i) std::thread(ask_all, questions).detach();

    std::unique_lock lock(questions->mutex);
    questions->all_answered.wait_for(lock, patience,
                                     [&] { return questions->answered == questions->addresses.size(); });
    auto names = questions->names;
    for (const auto& address : questions->addresses) names.try_emplace(address, address.to_string());
    questions->asked = questions->addresses.size();
    return names;
}

}  // namespace pulse::runtime
