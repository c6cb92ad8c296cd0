#pragma once

#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "pulse/director/record.h"
#include "pulse/runtime/state_store.h"

namespace pulse::lvsd {

/// Remembers over a death of lvsd what it has put into the kernel. Disks are waited for in threads.
class Ownership {
  public:
    Ownership(boost::asio::io_context& context, std::string state_directory);

    /// What an earlier lvsd has put into this kernel and did not take out; to be asked once, before `note`.
    [[nodiscard]] boost::asio::awaitable<director::Record> recall();

    /// That this is what is there now, or is about to be.
    void note(const std::set<ipvs::ServiceId>& services, bool marks);

    /// Whether what was noted last is on the disk, or could not be brought there.
    [[nodiscard]] bool written() const { return writes_ == 0; }

  private:
    boost::asio::awaitable<void> write();

    boost::asio::io_context& context_;
    runtime::StateStore store_;
    director::Record noted_;
    bool recalled_ = false;
    int writes_ = 0;  ///< that have not ended
};

/// The same record for who has no loop yet; empty if it cannot be read.
[[nodiscard]] director::Record recorded(const std::string& state_directory);

}  // namespace pulse::lvsd
