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
    Operators(boost::asio::io_context& context, const Options& options, Router& router)
        : context_(context), options_(options), router_(router) {}

    /// Begins to listen. A pulse that nobody can reach does its work all the same: the error is logged.
    void start();

  private:
    boost::asio::awaitable<Fields> answer(Fields request);
    boost::asio::awaitable<Fields> servers(std::string from);

    boost::asio::io_context& context_;
    Options options_;
    Router& router_;
    std::optional<control::Server> server_;
};

}  // namespace pulse::daemon
