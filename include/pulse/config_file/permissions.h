#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pulse::config_file {

/// A file or directory, as stat(2) has it.
struct PathStep {
    std::string path;
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
};

/// What leads to a file: every directory on the way from / on, those of symbolic links too, then the file.
struct PathFacts {
    std::vector<PathStep> steps;
    int error = 0;  ///< errno, if the way ends before the file
};

/// Looks at the way to `path`, which must be absolute.
[[nodiscard]] PathFacts look_at(const std::string& path);

/// An account that a program may run as.
struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t group = 0;
};

/// Who else than root and `us` could put other content where the path leads: the first that is found, as in
/// "/srv/lvs may be written by everybody"; nullopt: nobody. A directory where only owners may remove what is
/// theirs (/tmp) will do as a way, and the group root is root.
[[nodiscard]] std::optional<std::string> who_else_writes(const PathFacts& facts, uid_t us);

/// Why the account cannot run the program that the path leads to: "/root may not be entered by nanny";
/// nullopt: it can.
[[nodiscard]] std::optional<std::string> why_not_run(const PathFacts& facts, const Account& account);

/// Why the account cannot read the file that the path leads to.
[[nodiscard]] std::optional<std::string> why_not_read(const PathFacts& facts, const Account& account);

}  // namespace pulse::config_file
