#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/config/document.h"

namespace pulse::config::testing {

/// A file's structure without its text: what edits are to change, and nothing else.
struct Model {
    struct Entry {
        std::string key;
        std::vector<std::string> values;
        bool is_assignment = true;

        friend bool operator==(const Entry&, const Entry&) = default;
    };

    BlockKind kind = BlockKind::file;
    std::string name;
    std::vector<std::vector<Entry>> entries = {{}};  ///< before the first block inside, before the second, …
    std::vector<Model> blocks;

    friend bool operator==(const Model&, const Model&) = default;
};

[[nodiscard]] Model model_of(const Document& document);

/// Where random choices come from: a generator in tests, the input in fuzzing.
class Choices {
  public:
    Choices() = default;
    Choices(const Choices&) = default;
    Choices& operator=(const Choices&) = default;
    Choices(Choices&&) = default;
    Choices& operator=(Choices&&) = default;
    virtual ~Choices() = default;

    /// A number below `limit`, or 0 if that is 0.
    virtual std::size_t below(std::size_t limit) = 0;
    /// Whether there are any left.
    [[nodiscard]] virtual bool go_on() const = 0;
    /// Some text to use as a name or value.
    virtual std::string text() = 0;
};

/// Edits `text` as long as there are choices, and each time compares what the new text says with what the
/// edit should have made of it. Returns "" or what went wrong; `text` is what the edits have made of it.
[[nodiscard]] std::string edit_and_compare(std::string& text, Choices& choices);

}  // namespace pulse::config::testing
