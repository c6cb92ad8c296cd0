#pragma once

namespace pulse::daemon {

/// Whether lvsd still answers. It is asked once a second; that is counted in rounds of this process, not in
/// time, so that one that did not run itself, or a machine that slept, blames nobody.
class LvsdWatch {
  public:
    enum class Finding { fine, fell_silent, hopeless };

    /// A second has passed since it was asked.
    [[nodiscard]] Finding round() {
        ++unanswered_;
        if (unanswered_ == limit()) return Finding::hopeless;
        return unanswered_ == noticed_after ? Finding::fell_silent : Finding::fine;
    }

    /// It said something; true if it had been silent for so long that this was noticed.
    bool heard() {
        const bool was_silent = silent();
        unanswered_ = 0;
        spoken_ = true;
        return was_silent;
    }

    [[nodiscard]] bool silent() const { return unanswered_ >= noticed_after; }

    /// Putting 16,000 real servers into the table takes a fifth of a second, reading their lvs.cf one: on a
    /// machine that is busy with other things, several times that.
    static constexpr int noticed_after = 3;
    static constexpr int replaced_after = 10;
    /// At its start it does all that at once, and starts what checks them.
    static constexpr int replaced_after_at_start = 60;

  private:
    [[nodiscard]] int limit() const { return spoken_ ? replaced_after : replaced_after_at_start; }

    int unanswered_ = 0;
    bool spoken_ = false;
};

}  // namespace pulse::daemon
