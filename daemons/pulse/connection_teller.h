#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/config/config.h"

namespace pulse::daemon {

/// Tells the partner's kernel what connections there are, as our kernel's synchronisation daemon does, but at
/// the moments that matter. The kernel tells of a connection when it has had three packets and again after
/// fifty, and waits for company for two seconds: who takes the role just then does not know the youngest, and
/// who has just come knows none.
class ConnectionTeller {
  public:
    /// Tells all it can in that time, and how many it told.
    using Tell = std::function<Result<std::size_t>(const config::Config& config, Duration limit)>;
    [[nodiscard]] static Result<std::size_t> tell_of_the_kernels(const config::Config& config,
                                                                 Duration limit);

    explicit ConnectionTeller(boost::asio::io_context& context, Tell tell = tell_of_the_kernels)
        : context_(context), tell_(std::move(tell)) {}

    /// The partner has come, or has got ready: tells all, in a thread; once more if that is under way.
    void tell_soon(std::shared_ptr<const config::Config> config);

    /// The role goes now, and the addresses are down: nothing changes any more. A thousand connections take a
    /// millisecond or two; it ends after an eighth of deadtime, 20 to 100 ms.
    void tell_now(const config::Config& config);

  private:
    boost::asio::awaitable<void> run();

    boost::asio::io_context& context_;
    Tell tell_;
    std::shared_ptr<const config::Config> due_;  ///< to be told of next
    bool telling_ = false;
};

}  // namespace pulse::daemon
