#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "pulse/director/server_status.h"

#include "nannies.h"

namespace pulse::lvsd {

/// What the nannies said last of each real server, for who asks. A nanny speaks when a verdict changes; how
/// it is right now it is asked only when somebody wants to know.
class ServerBook {
  public:
    /// All of them outlive the book.
    ServerBook(Nannies& nannies, const config::Config& config, const director::Situation& situation)
        : nannies_(nannies), config_(config), situation_(situation) {}

    void note(const director::MonitorKey& key, const health::Report& report);

    /// Forgets servers that the situation does not have.
    void tidy();

    /// The page of server statuses that begins with number `from`, as director::page_of makes it. The first
    /// one asks the nannies, if nobody did just now, and waits for them a moment.
    boost::asio::awaitable<Fields> page(std::size_t from);

    /// Has nothing held against the servers that VIRTUAL/SERVER means; says whom that concerned.
    [[nodiscard]] Result<std::string> forgive(const std::string& servers);

  private:
    Nannies& nannies_;
    const config::Config& config_;
    const director::Situation& situation_;
    director::HeardReports heard_;
    TimePoint asked_at_{};
    std::size_t outstanding_ = 0;  ///< asked then and not answered
    std::vector<director::ServerStatus> statuses_;
};

}  // namespace pulse::lvsd
