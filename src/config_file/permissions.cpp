#include "pulse/config_file/permissions.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <system_error>

#include <sys/stat.h>

#include <unistd.h>

#include "pulse/base/text.h"

namespace pulse::config_file {

namespace {

/// Walks a path as the kernel does, and keeps what it passes.
class Walk {
  public:
    explicit Walk(PathFacts& facts) : facts_(facts) {}

    void run(const std::string& path);

  private:
    bool step(const std::string& at, struct stat& what);
    bool into(std::string_view path, std::string at);

    PathFacts& facts_;
    int links_left_ = 40;  // as the kernel
};

bool Walk::step(const std::string& at, struct stat& what) {
    if (::lstat(at.c_str(), &what) != 0) {
        facts_.error = errno;
        return false;
    }
    if (!S_ISLNK(what.st_mode))
        facts_.steps.push_back(
            {.path = at, .mode = what.st_mode, .owner = what.st_uid, .group = what.st_gid});
    return true;
}

/// Goes on from the directory `at`, "" being the root.
bool Walk::into(std::string_view path, std::string at) {
    std::vector<std::string> parts;
    for (const auto part : split(path, '/')) parts.emplace_back(part);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty() || parts[i] == ".") continue;
        if (parts[i] == "..") {
            at.erase(std::min(at.rfind('/'), at.size()));
            continue;
        }
        const auto here = at + "/" + parts[i];
        struct stat what{};
        if (!step(here, what)) return false;
        if (!S_ISLNK(what.st_mode)) {
            at = here;
            continue;
        }
        if (--links_left_ < 0) return facts_.error = ELOOP, false;
        std::array<char, PATH_MAX> target{};
        const auto length = ::readlink(here.c_str(), target.data(), target.size());
        if (length < 0) return facts_.error = errno, false;
        std::string rest(target.data(), static_cast<std::size_t>(length));
        for (std::size_t j = i + 1; j < parts.size(); ++j) rest += "/" + parts[j];
        return into(rest, rest.starts_with('/') ? std::string() : at);
    }
    return true;
}

void Walk::run(const std::string& path) {
    struct stat root{};
    if (step("/", root)) (void)into(path, "");
}

bool is_directory(const PathStep& step) { return S_ISDIR(step.mode); }

/// Whether the account has the permission that is `bit` of three (4 read, 2 write, 1 run or enter). Access
/// lists and capabilities other than root's are not looked at.
bool permits(const PathStep& step, const Account& account, mode_t bit) {
    if (account.uid == 0) return bit != 1 || is_directory(step) || (step.mode & 0111U) != 0;
    if (step.owner == account.uid) return (step.mode & (bit << 6U)) != 0;
    if (step.group == account.group) return (step.mode & (bit << 3U)) != 0;
    return (step.mode & bit) != 0;
}

/// What keeps the account from the file itself, up to its own permission.
std::optional<std::string> no_way(const PathFacts& facts, const Account& account) {
    for (const auto& step : facts.steps)
        if (is_directory(step) && !permits(step, account, 1))
            return step.path + " may not be entered by " + account.name;
    if (facts.error != 0) return std::generic_category().message(facts.error);
    if (facts.steps.empty() || !S_ISREG(facts.steps.back().mode)) return "it is not a file";
    return std::nullopt;
}

}  // namespace

PathFacts look_at(const std::string& path) {
    PathFacts facts;
    Walk(facts).run(path);
    return facts;
}

std::optional<std::string> who_else_writes(const PathFacts& facts, uid_t us) {
    for (const auto& step : facts.steps) {
        if (step.owner != 0 && step.owner != us)
            return step.path + " belongs to user " + std::to_string(step.owner);
        if (is_directory(step) && (step.mode & S_ISVTX) != 0) continue;
        if ((step.mode & S_IWOTH) != 0) return step.path + " may be written by everybody";
        if ((step.mode & S_IWGRP) != 0 && step.group != 0)
            return step.path + " may be written by group " + std::to_string(step.group);
    }
    return std::nullopt;
}

std::optional<std::string> why_not_run(const PathFacts& facts, const Account& account) {
    if (auto obstacle = no_way(facts, account)) return obstacle;
    if (permits(facts.steps.back(), account, 1)) return std::nullopt;
    return facts.steps.back().path + " may not be run by " + account.name;
}

std::optional<std::string> why_not_read(const PathFacts& facts, const Account& account) {
    if (auto obstacle = no_way(facts, account)) return obstacle;
    if (permits(facts.steps.back(), account, 4)) return std::nullopt;
    return facts.steps.back().path + " may not be read by " + account.name;
}

}  // namespace pulse::config_file
