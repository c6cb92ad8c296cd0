#pragma once

#include <utility>

namespace pulse::daemon {

/// Whether lvsd still answers. It is asked once a second; that is counted in rounds of this process, not in
/// time, so that one that did not run itself, or a machine that slept, blames nobody.
class LvsdWatch {
  public:
    enum class Finding { fine, fell_silent, hopeless };

    /// A second has passed since it was asked. `worked`: it has used the processor in that time.
    [[nodiscard]] Finding round(bool worked) {
        ++unanswered_;
        if (!worked) ++idle_;
        const bool hangs = (spoken_ && idle_ >= idle_limit) || unanswered_ >= busy_limit;
        if (hangs && !std::exchange(given_up_, true)) return Finding::hopeless;
        return silent() && unanswered_ == noticed_after ? Finding::fell_silent : Finding::fine;
    }

    /// It said something; true if it had been silent for so long that this was noticed.
    bool heard() {
        const bool was_silent = silent();
        unanswered_ = 0;
        idle_ = 0;
        spoken_ = true;
        return was_silent;
    }

    [[nodiscard]] bool silent() const { return spoken_ && unanswered_ >= noticed_after; }

    static constexpr int noticed_after = 3;
    /// One that neither answers nor works is frozen, or waits for what will not come.
    static constexpr int idle_limit = 10;
    /// One that works may have 16,000 real servers to put into the table: half a second of a processor, and
    /// many times that on a machine that others keep busy. At its start there is no telling.
    static constexpr int busy_limit = 60;

  private:
    int unanswered_ = 0;
    int idle_ = 0;  ///< of those
    bool spoken_ = false;
    bool given_up_ = false;
};

}  // namespace pulse::daemon
