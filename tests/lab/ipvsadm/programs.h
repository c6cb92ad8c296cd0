#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pulse/ipvs/plan.h"
#include "pulse/kernel/ipvs_client.h"

namespace pulse::lab {

/// How a program ended and what it said.
struct Ran {
    int status = 0;  ///< of exit, or 128 and the signal
    std::string output;
    std::string errors;

    friend bool operator==(const Ran&, const Ran&) = default;
};

/// What can be seen of the kernel's IPVS apart from counters.
struct KernelState {
    ipvs::Table table;
    ipvs::Timeouts timeouts;
    std::vector<ipvs::SyncDaemon> daemons;

    friend bool operator==(const KernelState&, const KernelState&) = default;
};

using Words = std::vector<std::string>;

/// Words split at blanks; single quotes hold a word together, '' is an empty one.
[[nodiscard]] Words words_of(std::string_view line);

/// The packaged ipvsadm 1.31 and ours; both are called "ipvsadm".
enum class Program { packaged, ours };
[[nodiscard]] std::string path_of(Program program);
[[nodiscard]] Ran run(Program program, const Words& words, const std::string& input = {});

/// The kernel, read and put into a known state without starting a program.
class Kernel {
  public:
    Kernel();

    /// Puts the table there, the timeouts to 900, 120 and 300 s, and ends all sync daemons.
    void reset(const ipvs::Table& table);
    [[nodiscard]] KernelState state();

  private:
    kernel::IpvsClient client_;
};

/// The table that lines of `ipvsadm -R` make.
[[nodiscard]] ipvs::Table table_of(std::string_view restore_lines);

}  // namespace pulse::lab
