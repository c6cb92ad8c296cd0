#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/config/config.h"
#include "pulse/ipvs/timeouts.h"

namespace pulse::lvsd {

/// Keeps the kernel's IPVS timeouts and sysctls at what the file says, as the table is kept: looked at now
/// and then, put back, tried again.
class KernelSettings {
  public:
    /// How they are read and written; tests have their own. All of it is short.
    struct Kernel {
        std::function<std::optional<int>(std::string_view name)> read;
        std::function<Result<void>(std::string_view name, int value)> write;
        std::function<Result<ipvs::Timeouts>()> timeouts;
        std::function<Result<void>(const ipvs::Timeouts& timeouts)> set_timeouts;
    };

    explicit KernelSettings(Kernel kernel) : kernel_(std::move(kernel)) {}

    /// Sets what `config` wants, and says what it needs besides.
    void want(const config::Config& config, TimePoint now);

    /// Sets it again where it is no longer so. Does something only every few seconds.
    void look(TimePoint now);

  private:
    enum class Occasion { wanted, looked_at };

    void bring_about(Occasion occasion, TimePoint now);
    void set_sysctl(const std::string& name, int value, Occasion occasion, TimePoint now);
    void set_timeouts(Occasion occasion, TimePoint now);
    void note(const std::string& what, const Result<void>& done, Occasion occasion, TimePoint now);

    Kernel kernel_;
    std::map<std::string, int, std::less<>> sysctls_;
    ipvs::Timeouts timeouts_;
    std::set<std::string> refused_;                 ///< complained of, and still not as they should be
    std::map<std::string, TimePoint> quiet_until_;  ///< put back and logged just now
    TimePoint look_at_{};
};

}  // namespace pulse::lvsd
