#include "shell.h"

#include <array>
#include <cstdio>
#include <thread>

#include <sys/wait.h>

namespace pulse::lab {

Output run(const std::string& command) {
    Output output;
    std::FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
    if (pipe == nullptr) return {.status = 127, .text = "cannot start a shell"};
    std::array<char, 4096> buffer{};
    while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.text.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return output;
}

bool within(std::chrono::seconds limit, const std::function<bool()>& question) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!question()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

}  // namespace pulse::lab
