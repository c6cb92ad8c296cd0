#include "outbox.h"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace pulse::log {

struct Outbox::Shared {
    struct Line {
        Level level;
        std::string text;
    };

    Write write;
    std::size_t room;
    std::mutex mutex;
    std::condition_variable has_lines;
    std::condition_variable is_empty;
    std::deque<Line> lines;
    std::size_t lost = 0;  ///< before the first of `lines`
    bool writing = false;
};

Outbox::Outbox(Write write, std::size_t room) : shared_(std::make_shared<Shared>()) {
    shared_->write = std::move(write);
    shared_->room = room;
    // Signals are for the thread that waits for them.
    sigset_t all{};
    sigset_t before{};
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread(work, shared_).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Outbox::put(Level level, std::string_view text) {
    Shared::Line line{.level = level, .text = std::string(text)};
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->lines.size() == shared_->room) {
            shared_->lines.pop_front();
            ++shared_->lost;
        }
        shared_->lines.push_back(std::move(line));
    }
    shared_->has_lines.notify_one();
}

bool Outbox::drain(std::chrono::milliseconds patience) {
    std::unique_lock lock(shared_->mutex);
    return shared_->is_empty.wait_for(lock, patience,
                                      [&] { return shared_->lines.empty() && !shared_->writing; });
}

void Outbox::work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->writing = false;
        if (shared->lines.empty()) shared->is_empty.notify_all();
        shared->has_lines.wait(lock, [&] { return !shared->lines.empty(); });
        // All at once: whoever logs meets this lock for a moment only.
        const auto lines = std::exchange(shared->lines, {});
        const auto lost = std::exchange(shared->lost, 0);
        shared->writing = true;
        lock.unlock();
        if (lost > 0)
            shared->write(Level::warning, fmt::format("{} lines of the log are lost here: it could not be "
                                                      "written as fast as they came",
                                                      lost));
        for (const auto& line : lines) shared->write(line.level, line.text);
        lock.lock();
    }
}

}  // namespace pulse::log
