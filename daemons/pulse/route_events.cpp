#include "route_events.h"

#include <boost/asio/post.hpp>
#include <fcntl.h>

#include "pulse/log/log.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

RouteEvents::RouteEvents(asio::io_context& context, kernel::RouteWatch watch)
    : context_(context),
      watch_(std::move(watch)),
      readable_(context, ::fcntl(watch_.descriptor(), F_DUPFD_CLOEXEC, 0)) {}

void RouteEvents::start(OnChange on_change) {
    on_change_ = std::move(on_change);
    runtime::spawn_logged(context_, "network changes", run());
}

bool RouteEvents::read_some() {
    const auto changes = watch_.read();
    if (!changes) {
        log::error("{}", changes.error().message());
        return false;
    }
    if (!changes->empty()) on_change_(*changes);
    return changes->more;
}

void RouteEvents::catch_up() {
    while (read_some()) {
    }
}

asio::awaitable<void> RouteEvents::run() {
    for (;;) {
        const auto [error] =
            co_await readable_.async_wait(asio::posix::stream_descriptor::wait_read, runtime::as_result);
        if (error) co_return;
        while (read_some()) co_await asio::post(context_, asio::use_awaitable);  // others want to work too
    }
}

}  // namespace pulse::daemon
