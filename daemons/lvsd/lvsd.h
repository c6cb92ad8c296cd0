#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "pulse/base/time.h"
#include "pulse/config/config.h"
#include "pulse/director/damping.h"
#include "pulse/director/director.h"
#include "pulse/kernel/ipvs_client.h"

#include "kernel_settings.h"
#include "nannies.h"
#include "options.h"
#include "own_sources.h"
#include "ownership.h"
#include "packet_marks.h"
#include "parent.h"
#include "server_book.h"

namespace pulse::lvsd {

/// The director's shell: hears nannies, signals and pulse, and keeps the kernel's table at what `director`
/// says.
class Lvsd : private Obedient {
  public:
    Lvsd(boost::asio::io_context& context, Options options, Orders orders, kernel::IpvsClient ipvs,
         std::optional<runtime::UniqueFd> parent);

    /// Sets up services and nannies; the io_context does the rest and runs out of work when lvsd is to end.
    void start();

  private:
    /// Why the table is looked at.
    enum class Occasion { change, watch };

    void on_report(const director::MonitorKey& key, const health::Report& report);
    void converge_soon();
    void converge_changed();
    void converge(Occasion occasion = Occasion::change);
    void complain(std::set<std::string> complaints);
    void log_steps(const std::vector<ipvs::Step>& steps, Occasion occasion);
    void index_services();
    void judge_quorum(const config::VirtualServer& service);
    void dismiss_idle_sorry_servers();
    void judge_panic(const config::VirtualServer& service, TimePoint now);
    [[nodiscard]] bool adopt();
    void take_what_waited(TimePoint now);
    void look_at_sources(TimePoint now);
    void tell_ready_when_settled();
    void tell_share();
    void use(config::Config config) override;
    void use(director::Drains drains) override;
    Result<std::string> forgive(const std::string& servers) override { return book_.forgive(servers); }
    boost::asio::awaitable<Fields> servers(std::size_t from) override { return book_.page(from); }
    void stop(bool leave_table) override;
    void abandoned() override;
    void finish();
    boost::asio::awaitable<void> reread();
    boost::asio::awaitable<void> begin();
    boost::asio::awaitable<void> succeed();
    boost::asio::awaitable<void> watch_table();
    boost::asio::awaitable<void> hear_signals();
    boost::asio::awaitable<void> limit_settling();
    boost::asio::awaitable<void> wait_for_nannies();

    boost::asio::io_context& context_;
    Options options_;
    config::Config config_;
    kernel::IpvsClient ipvs_;
    std::optional<Parent> parent_;
    Nannies nannies_;
    PacketMarks marks_;
    KernelSettings settings_;
    OwnSources sources_;
    TimePoint sources_look_at_{};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer retry_;
    director::Situation situation_;
    director::Damping damping_;
    TimePoint damping_quiet_until_{};
    ServerBook book_;
    Ownership ownership_;
    std::map<ipvs::ServiceId, const config::VirtualServer*> services_;  ///< of `config_`
    std::set<ipvs::ServiceId> owned_;    ///< services that are ours in the table, or may still be
    std::set<ipvs::ServiceId> changed_;  ///< whose servers had news since they were last looked at
    bool converge_posted_ = false;
    TimePoint stranger_quiet_until_{};  ///< somebody else's changes were logged just now
    int strangers_steps_ = 0;           ///< put back, and not logged since
    bool table_known_ = false;          ///< the last convergence went through, if with refusals
    int failures_ = 0;                  ///< convergences in a row that left something to do
    std::set<std::string> complaints_;  ///< about them, logged and not mended since
    bool adopted_ = false;              ///< what the table held at the start is known
    bool settling_over_ = false;        ///< the first checks have had their time
    bool ready_told_ = false;
    bool share_stale_ = true;  ///< the share that can serve may be another than was told
    std::optional<int> share_told_;
    bool wait_for_marks_ = false;  ///< at the end, until they are out
    bool stopping_ = false;
};

}  // namespace pulse::lvsd
