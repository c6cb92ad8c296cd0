#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/net/ip_address.h"
#include "pulse/runtime/names.h"

namespace pulse::runtime {

/// Host names to addresses within a limited time: a dead DNS server costs a daemon's start or reload seconds,
/// not minutes. One Resolver serves one reading of a configuration; it asks for each name once, and what it
/// was told holds, also that there is no address.
///
/// getaddrinfo(3) cannot be called off, so each question runs in a thread of its own, which is left behind
/// when it takes too long. It owns what it uses and handles no signals; it does not survive a fork and does
/// not delay an exit.
class Resolver {
  public:
    using Ask = std::function<Result<net::IpAddress>(const std::string& name)>;

    /// How long to wait for an answer.
    struct Patience {
        std::chrono::milliseconds per_name = std::chrono::seconds(5);
        std::chrono::milliseconds in_total = std::chrono::seconds(10);
    };

    /// `ask` runs in another thread and may outlive this object: it holds what it needs by value.
    explicit Resolver(Patience patience, Ask ask = find_host_address);
    Resolver() : Resolver(Patience{}) {}

    /// An address as text, or the address of a name. The error says why there is none: what the name service
    /// says, that it did not answer in time, or that it was not asked because it had been too slow before.
    [[nodiscard]] Result<net::IpAddress> address(std::string_view name);

  private:
    [[nodiscard]] Result<net::IpAddress> ask_in_time(const std::string& name);

    Patience patience_;
    Ask ask_;
    std::chrono::nanoseconds spent_{};
    std::map<std::string, Result<net::IpAddress>, std::less<>> answers_;
};

}  // namespace pulse::runtime
