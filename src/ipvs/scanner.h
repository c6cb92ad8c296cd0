#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "values.h"

namespace pulse::ipvs {

/// Reads words from left to right, the way popt(3) does. What cannot be read before the command is known is
/// answered with how to get help, afterwards with what is wrong.
class Scanner {
  public:
    Scanner(std::span<const std::string> words, std::string_view program, Values& values)
        : words_(words), program_(program), values_(values) {}

    [[nodiscard]] Parsed<void> scan();

    /// What the command is called in messages: "add-service", "flush".
    [[nodiscard]] std::string_view command() const { return command_->name; }

    /// Of --start-daemon and --stop-daemon.
    [[nodiscard]] const std::string& command_value() const { return command_value_; }

    /// The words that belong to no option.
    [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }

  private:
    [[nodiscard]] bool asks_for_text() const;
    [[nodiscard]] Parsed<void> long_option(const std::string& word);
    [[nodiscard]] Parsed<void> short_options(const std::string& word);
    [[nodiscard]] Parsed<void> take(const Option& option, std::optional<std::string> value,
                                    const std::string& word);
    [[nodiscard]] Parsed<void> take_command(const Option& option, std::string value, const std::string& word);
    [[nodiscard]] Parsed<void> bad_option(const std::string& word, std::string_view reason) const;

    std::span<const std::string> words_;
    std::string_view program_;
    Values& values_;
    std::size_t at_ = 0;
    const Option* command_ = nullptr;
    std::string command_value_;
    std::vector<std::string> arguments_;
};

}  // namespace pulse::ipvs
