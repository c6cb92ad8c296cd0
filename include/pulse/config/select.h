#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/base/result.h"
#include "pulse/config/document.h"
#include "pulse/config/keys.h"

namespace pulse::config {

/// A block or key of a document that a path names. A key need not be in the file.
struct Selection {
    const Block* block = nullptr;  ///< the block, or the one that the key belongs in
    const Key* key = nullptr;      ///< nullptr: the block itself
    Section section = Section::global;
    std::string path;  ///< names this and nothing else

    // Where the block's meaning is in a Config.
    BlockKind kind = BlockKind::file;  ///< which list of the Config, from virtual_server or failover
    std::size_t virtual_index = 0;
    std::size_t server_index = 0;
};

/// What `path` names in the document:
///
///     keepalive                             a key at the top level
///     virtual.web                           a block
///     virtual.web.scheduler                 a key in it
///     virtual.web.server.alpha.weight       a key in a block inside it
///     virtual.*.timeout                     the key in every virtual
///     virtual                               every virtual
///
/// A name may contain dots, and may be quoted. `[2]` in place of a name is the second block of its kind,
/// `web[2]` the second called web. At least one selection, or an error that says what is not there and what
/// is.
[[nodiscard]] Result<std::vector<Selection>> select(const Document& document, std::string_view path);

/// The file, and every block in it, in the order of the file.
[[nodiscard]] std::vector<Selection> all_blocks(const Document& document);

/// The words that the selected key's value has in the Config read from the same document: the default's if
/// the file does not say; none if it is unset.
[[nodiscard]] std::vector<std::string> values_of(const Config& config, const Selection& selection);

}  // namespace pulse::config
