#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pulse/ipvs/command_line.h"
#include "pulse/ipvs/kernel_sentence.h"
#include "pulse/ipvs/restore.h"
#include "pulse/kernel/ipvs_client.h"

namespace pulse::ipvsadm {

/// Exit statuses that scripts know.
inline constexpr int status_done = 0;
inline constexpr int status_listing_failed = 1;
inline constexpr int status_not_possible = 2;  ///< this kernel or this user has no IPVS
inline constexpr int status_kernel_refused = 255;

/// One conversation with the kernel's IPVS, opened when it is first needed. What a listing shows goes to
/// standard output, what went wrong to standard error in ipvsadm's words; the results are exit statuses.
class Session {
  public:
    explicit Session(std::string program) : program_(std::move(program)) {}

    /// Does anything but a restore.
    [[nodiscard]] int run(const ipvs::Command& command);

    /// Line by line, as the lines come from a file: what the kernel refuses does not stop the rest. The
    /// status is that of the last line that failed.
    [[nodiscard]] int restore(int file);

    /// Makes the table what the whole file says, from an empty table or from what is there, by the difference
    /// alone: what stays is not touched and keeps its connections. With `all_or_nothing`, a line that cannot
    /// be done leaves everything as it was.
    [[nodiscard]] int converge(int file, bool from_empty, bool all_or_nothing);

    /// Opens the conversation, or says why it cannot be.
    [[nodiscard]] bool open();

  private:
    [[nodiscard]] int list(const ipvs::ListCommand& command);
    [[nodiscard]] int list(const ipvs::ListConnectionsCommand& command);
    [[nodiscard]] int list(const ipvs::ListTimeoutsCommand& command);
    [[nodiscard]] int list(const ipvs::ListDaemonsCommand& command);
    [[nodiscard]] int save(const ipvs::SaveCommand& command);
    [[nodiscard]] int done(const Result<void>& result, ipvs::Subject subject) const;

    /// Does lines in order, changes of the table many at a time.
    void run(const std::vector<ipvs::RestoreLine>& lines, int& status);
    void apply(std::vector<const ipvs::RestoreLine*>& lines, int& status);

    std::string program_;
    std::unique_ptr<kernel::IpvsClient> client_;  ///< nullptr until it is needed
    ipvs::KernelInfo info_;
};

/// What a step is about, for the sentence of a refusal.
[[nodiscard]] ipvs::Subject subject_of(const ipvs::Step& step);

/// Answers for names on command lines, from this system.
[[nodiscard]] const ipvs::NameLookups& lookups();

/// Runs one of the programs with its words, and turns what should never happen into a status.
[[nodiscard]] int run_program(int argc, char** argv,
                              int (*program)(std::string name, const std::vector<std::string>& words));

}  // namespace pulse::ipvsadm
