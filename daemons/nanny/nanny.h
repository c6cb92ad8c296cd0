#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/process/channel.h"
#include "pulse/runtime/unique_fd.h"

#include "monitor.h"
#include "options.h"
#include "rwho_listener.h"

namespace pulse::nanny {

/// The process: carries one check, given on its command line, or as many as its parent adds (messages `add`
/// with the check's id and each `argument` of its command line, and `remove`); hears the parent (`report`
/// asks for one of each check, `forgive` names a check) and signals, passes reports on.
class Nanny {
  public:
    /// `channel`: where reports go; without one they are printed. `rwho`: from open_rwho_port, if that is
    /// wanted.
    Nanny(boost::asio::io_context& io, std::optional<runtime::UniqueFd> channel,
          std::optional<runtime::UniqueFd> rwho);

    /// Sets everything going; the io_context stops when nanny is to end.
    void start();

    /// One check more; one of the same id is replaced.
    void add(const std::string& id, const Options& options);

  private:
    boost::asio::awaitable<void> hear_parent(process::Channel& parent);
    boost::asio::awaitable<void> hear_signals();
    boost::asio::awaitable<void> send_waiting(process::Channel& parent);

    void tidy_later();
    void obey(const Fields& message);
    void remove(const std::string& id);
    void wear(health::Glasses glasses);
    void pass_on(const health::Report& report);

    boost::asio::io_context& io_;
    std::optional<process::Channel> channel_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer tidy_;
    std::optional<RwhoListener> rwho_;
    std::map<std::string, std::shared_ptr<Monitor>> monitors_;
    std::map<std::string, health::Report> waiting_;  ///< the last of each check, while the parent is slow
};

}  // namespace pulse::nanny
