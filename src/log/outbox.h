#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pulse/log/log.h"

namespace pulse::log {

/// Lines on their way to something that may block: a syslog daemon that stands still, a pipe that nobody
/// reads. A thread of its own writes them; whoever logs waits for nobody. When `room` lines wait already, the
/// oldest is lost, and a line in its place says how many were.
class Outbox {
  public:
    /// Runs in the outbox's thread, and may stay there for ever.
    using Write = std::function<void(Level level, const std::string& text)>;

    Outbox(Write write, std::size_t room);

    void put(Level level, std::string_view text);

    /// Waits until everything is written, at most `patience`; says whether it is.
    bool drain(std::chrono::milliseconds patience);

  private:
    struct Shared;
    static void work(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;  ///< with a thread that may never end
};

}  // namespace pulse::log
