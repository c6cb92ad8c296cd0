#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "pulse/ipvs/command_line.h"

namespace pulse::ipvs {

template <class T>
using Parsed = tl::expected<T, Refusal>;

[[nodiscard]] tl::unexpected<Refusal> refuse(std::string text, int status = 2);

/// What an option decides. Two options of one class are too many.
enum class OptionClass {
    command,
    service,
    scheduler,
    persistent,
    netmask,
    real_server,
    forwarding,
    weight,
    u_threshold,
    l_threshold,
    numeric,
    ops,
    family
};

/// One row of the table of options.
struct Option {
    enum class Value { none, required, optional };

    char letter;  ///< '\0': long form only
    std::string_view word;
    OptionClass kind;
    std::string_view name;  ///< what messages call its class, or, for a command, the command
    Value value;
};

/// The options of one command line with their values, the command first.
class GivenOptions {
  public:
    struct Given {
        const Option* option = nullptr;
        std::string value{};  ///< empty for an option without one
    };

    /// What the command is called in messages: "add-service", "flush".
    [[nodiscard]] std::string_view command() const { return given_.front().option->name; }

    /// nullptr when no option of this class was given.
    [[nodiscard]] const Given* find(OptionClass kind) const;

    [[nodiscard]] bool has(OptionClass kind) const { return find(kind) != nullptr; }

  private:
    friend class Scanner;
    std::vector<Given> given_;
};

/// Splits words into options and checks that they are those the command needs and allows.
/// `program` is what we were called as, for the line that says how to get help.
[[nodiscard]] Parsed<GivenOptions> scan(std::span<const std::string> words, std::string_view program);

}  // namespace pulse::ipvs
