#pragma once

#include <chrono>
#include <string>

#include "pulse/base/result.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::process {

/// The right to be the only process of its kind that works on this network namespace's addresses or IPVS
/// table. It holds until this object goes, over a fork too, and ends with the process however that ends.
///
/// It is a lock on a file that root alone can open, named after the namespace: routers in namespaces of one
/// machine do not meet. (An abstract socket would be as fitting, but any local user could take its name.)
class OnlyOne {
  public:
    /// Asks for it, for at most `patience`. The error says which process has it: "pulse already runs, pid
    /// 4711".
    [[nodiscard]] static Result<OnlyOne> claim(const std::string& program, std::chrono::milliseconds patience,
                                               const std::string& directory = "/run/lvs");

    /// Writes down who we are, for the next who asks: after the last fork.
    void sign() const;

  private:
    explicit OnlyOne(runtime::UniqueFd file) : file_(std::move(file)) {}
    runtime::UniqueFd file_;
};

}  // namespace pulse::process
