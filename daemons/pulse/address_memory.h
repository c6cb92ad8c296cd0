#pragma once

#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/base/result.h"
#include "pulse/failover/address_record.h"
#include "pulse/runtime/state_store.h"

namespace pulse::daemon {

/// What a pulse wrote down of the addresses that it had added.
struct RememberedAddresses {
    failover::AddressRecord record;
    bool left_on_purpose = false;  ///< it ended in order and let them serve: hard_shutdown = 0
};

[[nodiscard]] Result<RememberedAddresses> remembered_addresses(const runtime::StateStore& store);

/// Writes down which addresses are pulse's own, for the next pulse.
class AddressMemory {
  public:
    AddressMemory(boost::asio::io_context& context, runtime::StateStore& store,
                  failover::AddressRecord record)
        : context_(context), store_(store), record_(std::move(record)) {}

    /// What was left on purpose is in our hands from now on.
    void start();

    void keep(failover::AddressRecord record);

    /// The last word before an orderly end. Waits for the disk, but not long.
    [[nodiscard]] boost::asio::awaitable<void> end();

  private:
    boost::asio::awaitable<void> write(std::string text);

    boost::asio::io_context& context_;
    runtime::StateStore& store_;
    failover::AddressRecord record_;
};

/// Takes away what a pulse that is gone, and will not come back, has left up. Equivalent to: ip address del
/// …, for each. Blocks.
[[nodiscard]] Result<void> clean_up_addresses(const runtime::StateStore& store);

}  // namespace pulse::daemon
