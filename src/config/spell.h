#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pulse::config {

/// The words of a value as a file must write them to mean just these: bare where that does, else in quotes.
/// nullopt if no spelling does, as for a word with a line end in it.
[[nodiscard]] std::optional<std::string> spell(std::span<const std::string> words);

/// The same for the name of a block.
[[nodiscard]] std::optional<std::string> spell_name(std::string_view name);

/// The words that `text` spells, as the parser reads them after an equal sign; nullopt if it would complain.
[[nodiscard]] std::optional<std::vector<std::string>> read_words(std::string_view text);

}  // namespace pulse::config
