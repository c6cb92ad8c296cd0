#pragma once

#include <map>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/net/ip_address.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::nanny {

/// The port that rwhod(8) broadcasts to, shared with whoever else listens on this machine. Below 1024: to be
/// opened before privileges are given up.
[[nodiscard]] Result<runtime::UniqueFd> open_rwho_port();

/// Remembers what the hosts of this network broadcast of their load.
class RwhoListener {
  public:
    RwhoListener(const boost::asio::any_io_executor& executor, runtime::UniqueFd socket);

    /// Listens for as long as the event loop runs.
    boost::asio::awaitable<void> listen();

    /// The load that a host said last, unless it has been silent for so long that rwho(1) would call it down.
    [[nodiscard]] std::optional<double> load_of(const net::IpAddress& host, TimePoint now) const;

  private:
    struct Heard {
        double load = 0;
        TimePoint when;
    };

    boost::asio::ip::udp::socket socket_;
    std::map<net::IpAddress, Heard> heard_;
};

}  // namespace pulse::nanny
