#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {

/// A line of what `ipvsadm -R` reads, with its meaning.
struct RestoreLine {
    std::size_t number = 0;  ///< from 1
    std::string text;
    tl::expected<Command, Refusal> command;

    /// Whether no line after this one counts.
    [[nodiscard]] bool ends_the_run() const { return !command && !command.error().restore_goes_on; }
};

/// Reads lines as `ipvsadm -R` does, from pieces of a text as they come. Words are split at blanks and tabs,
/// there is no quoting; the word "ipvsadm" and empty lines are skipped, and so is, unlike with the original,
/// what follows a '#' at the beginning of a word.
class RestoreReader {
  public:
    explicit RestoreReader(const NameLookups& lookups, std::string_view program = "ipvsadm")
        : lookups_(lookups), program_(program) {}

    /// The lines that are complete with this piece, up to one that ends the run.
    [[nodiscard]] std::vector<RestoreLine> read(std::string_view piece);

    /// The last line, if it lacked its newline.
    [[nodiscard]] std::vector<RestoreLine> finish();

  private:
    void add_line(std::vector<RestoreLine>& lines, std::string_view text);

    const NameLookups& lookups_;
    std::string_view program_;
    std::string unfinished_;
    std::size_t lines_ = 0;
    bool ended_ = false;
};

}  // namespace pulse::ipvs
