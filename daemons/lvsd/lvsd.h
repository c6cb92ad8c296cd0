#pragma once

#include <optional>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/config/config.h"
#include "pulse/director/director.h"
#include "pulse/kernel/ipvs_client.h"
#include "pulse/process/channel.h"

#include "nannies.h"
#include "options.h"

namespace pulse::lvsd {

/// The director's shell: hears nannies, signals and pulse, and keeps the kernel's table at what `director`
/// says.
class Lvsd {
  public:
    Lvsd(boost::asio::io_context& context, Options options, config::Config config, kernel::IpvsClient ipvs,
         std::optional<runtime::UniqueFd> parent);

    /// Sets up services and nannies; the io_context does the rest and runs out of work when lvsd is to end.
    void start();

  private:
    void on_report(const director::MonitorKey& key, const health::Report& report);
    void converge_soon();
    void converge();
    void tell_ready_when_settled();
    void reload();
    void stop(int signal);
    void finish();
    boost::asio::awaitable<void> hear_signals();
    boost::asio::awaitable<void> hear_parent(process::Channel& parent);
    boost::asio::awaitable<void> limit_settling();
    boost::asio::awaitable<void> wait_for_nannies();

    boost::asio::io_context& context_;
    Options options_;
    config::Config config_;
    kernel::IpvsClient ipvs_;
    std::optional<process::Channel> parent_;
    Nannies nannies_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer retry_;
    director::Standings standings_;
    std::set<ipvs::ServiceId> owned_;  ///< every service this process has had in its configuration
    bool converge_posted_ = false;
    int failures_ = 0;  ///< convergences that failed in a row
    bool ready_told_ = false;
    bool stopping_ = false;
};

}  // namespace pulse::lvsd
