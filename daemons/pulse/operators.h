#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/control/server.h"

#include "options.h"
#include "router.h"

namespace pulse::daemon {

/// What operators ask a running pulse for through pulsectl.
class Operators {
  public:
    Operators(boost::asio::io_context& context, const Options& options, Router& router,
              runtime::StateStore& state)
        : context_(context), options_(options), router_(router), state_(state) {}

    /// Begins to listen. A pulse that nobody can reach does its work all the same: the error is logged.
    void start();

  private:
    boost::asio::awaitable<Fields> answer(Fields request);
    boost::asio::awaitable<Fields> servers(std::string from);
    boost::asio::awaitable<Result<std::string>> drain(std::string servers, bool on);
    boost::asio::awaitable<Result<std::string>> drained();

    boost::asio::io_context& context_;
    Options options_;
    Router& router_;
    runtime::StateStore& state_;
    std::optional<control::Server> server_;
    bool changing_drains_ = false;
};

}  // namespace pulse::daemon
