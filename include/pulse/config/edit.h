#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "pulse/base/result.h"
#include "pulse/config/document.h"
#include "pulse/config/keys.h"

namespace pulse::config {

// Edits of a file that people have written. Each gives the new text, in which only the lines concerned are
// different: comments, blank lines, order, indentation and line ends of the rest stay. The blocks must be of
// `document`; parse the new text before the next edit. An error says what stands in the way, and on which
// line.

/// Gives `key` the values (words without quotes), in place of the last of its entries if there is any; else a
/// new line is put below the key's commented-out example, or below the other keys of the block.
[[nodiscard]] Result<std::string> set_key(const Document& document, const Block& block, std::string_view key,
                                          std::span<const std::string> values);

/// Takes every entry of `key` out of the block.
[[nodiscard]] std::string unset_key(const Document& document, const Block& block, std::string_view key);

/// Puts an empty block behind the last of its kind in `parent`: the file (virtual_server, failover), or one
/// of those (server).
[[nodiscard]] Result<std::string> add_block(const Document& document, const Block& parent, BlockKind kind,
                                            std::string_view name);

/// Takes a block out; comments before it stay.
[[nodiscard]] Result<std::string> remove_block(const Document& document, const Block& block);

[[nodiscard]] Result<std::string> rename_block(const Document& document, const Block& block,
                                               std::string_view name);

/// Puts the `from`-th block of a kind in `parent` (from 0) where the `to`-th is, together with the comment
/// lines right above it; those between move up or down by one.
[[nodiscard]] Result<std::string> move_block(const Document& document, const Block& parent, BlockKind kind,
                                             std::size_t from, std::size_t to);

}  // namespace pulse::config
