#include "pulse/process/descendants.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "pulse/base/text.h"

namespace pulse::process {

namespace {

/// The children of all threads of a process (proc(5)); none if it is gone.
std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    std::error_code gone;
    const auto tasks = "/proc/" + std::to_string(parent) + "/task";
    for (std::filesystem::directory_iterator task(tasks, gone), end; !gone && task != end;
         task.increment(gone)) {
        // With stdio: iostreams take more of a nanny's memory than a check does.
        std::FILE* list = std::fopen((task->path() / "children").c_str(), "re");
        if (list == nullptr) continue;
        std::string text;
        for (int letter = 0; (letter = std::fgetc(list)) != EOF;) text += static_cast<char>(letter);
        (void)std::fclose(list);
        for (const auto word : split_words(text))
            if (const auto child = parse_decimal<pid_t>(word)) children.push_back(*child);
    }
    return children;
}

}  // namespace

void kill_with_descendants(pid_t leader) {
    // Each is stopped before it is looked at, so that it cannot start another behind our back.
    std::set<pid_t> found{leader};
    std::vector<pid_t> to_look_at{leader};
    (void)::kill(-leader, SIGSTOP);
    while (!to_look_at.empty()) {
        const auto parent = to_look_at.back();
        to_look_at.pop_back();
        (void)::kill(parent, SIGSTOP);
        for (const auto child : children_of(parent))
            if (found.insert(child).second) to_look_at.push_back(child);
    }
    (void)::kill(-leader, SIGKILL);
    for (const auto process : found) (void)::kill(process, SIGKILL);
}

}  // namespace pulse::process
