#include "drains.h"

#include "pulse/runtime/file.h"

#include "state_file.h"

namespace pulse::daemon {

Result<director::Drains> read_drains(const std::string& state_directory) {
    const auto path = director::drains_path(state_directory);
    auto text = runtime::read_file(path);
    if (text) return director::drains_from(*text);
    if (text.error().code == std::errc::no_such_file_or_directory) return director::Drains{};
    return fail(text.error(), "");
}

Result<void> write_drains(const std::string& state_directory, const director::Drains& drains) {
    return write_state_file(state_directory, director::drains_file, director::to_text(drains));
}

Result<void> rename_drains(const std::string& state_directory, const config::Config& before,
                           const config::Config& after) {
    const auto drains = read_drains(state_directory);
    if (!drains) return fail(drains.error(), "");
    const auto now = director::renamed(*drains, before, after);
    return now == *drains ? Result<void>() : write_drains(state_directory, now);
}

}  // namespace pulse::daemon
