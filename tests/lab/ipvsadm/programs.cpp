#include "programs.h"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "pulse/ipvs/replay.h"
#include "pulse/ipvs/restore.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::lab {

namespace {

/// A file without a name that a child can write or read.
runtime::UniqueFd scratch_file() {
    return runtime::UniqueFd(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

std::string content(const runtime::UniqueFd& file) {
    ::lseek(file.get(), 0, SEEK_SET);
    return runtime::read_to_end(file.get(), "scratch file").value_or("unreadable");
}

kernel::IpvsClient open_client() {
    auto client = kernel::IpvsClient::open();
    if (!client) throw std::runtime_error(client.error().message());
    return std::move(*client);
}

}  // namespace

Words words_of(std::string_view line) {
    Words words;
    std::string word;
    bool in_word = false;
    bool quoted = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
            in_word = true;
        } else if (c == ' ' && !quoted) {
            if (in_word) words.push_back(std::exchange(word, {}));
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (in_word) words.push_back(word);
    return words;
}

std::string path_of(Program program) {
    return program == Program::packaged ? "/usr/sbin/ipvsadm" : runtime::program_directory() + "/ipvsadm";
}

Ran run(Program program, const Words& words, const std::string& input) {
    std::vector<char*> arguments;
    std::string name = "ipvsadm";
    arguments.push_back(name.data());
    auto own_words = words;
    for (auto& word : own_words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const auto in = scratch_file();
    const auto out = scratch_file();
    const auto errors = scratch_file();
    if (::write(in.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
        throw std::runtime_error("cannot write what a program is to read");
    ::lseek(in.get(), 0, SEEK_SET);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
    pid_t child = 0;
    const int failed =
        ::posix_spawn(&child, path_of(program).c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("cannot start " + path_of(program));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    constexpr int signalled = 128;
    return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : signalled + WTERMSIG(status),
            .output = content(out),
            .errors = content(errors)};
}

Kernel::Kernel() : client_(open_client()) {}

void Kernel::reset(const ipvs::Table& table) {
    const auto ready = [](const auto& result) {
        if (!result) throw std::runtime_error(result.error().message());
    };
    // A daemon's thread ends when it next wakes; on a busy machine the client gives up waiting before that.
    if (!client_.stop_sync()) {
        client_ = open_client();
        ready(client_.stop_sync());
    }
    ready(client_.flush());
    ready(client_.set_timeouts({.tcp = std::chrono::seconds(900),
                                .tcp_fin = std::chrono::seconds(120),
                                .udp = std::chrono::seconds(300)}));
    const auto failed = client_.apply(ipvs::plan({}, table));
    ready(failed);
    if (!failed->empty()) throw std::runtime_error(failed->front().error.message());
}

KernelState Kernel::state() {
    const auto dump = client_.dump();
    const auto timeouts = client_.timeouts();
    const auto daemons = client_.daemons();
    if (!dump || !timeouts || !daemons) throw std::runtime_error("cannot read the kernel's IPVS");
    return {.table = ipvs::table_of(*dump), .timeouts = *timeouts, .daemons = *daemons};
}

ipvs::Table table_of(std::string_view restore_lines) {
    static const ipvs::NameLookups nobody;
    ipvs::RestoreReader reader(nobody);
    auto lines = reader.read(restore_lines);
    for (auto& line : reader.finish()) lines.push_back(std::move(line));
    ipvs::Table table;
    for (const auto& line : lines) {
        const bool understood = line.command && std::holds_alternative<ipvs::ChangeCommand>(*line.command) &&
                                ipvs::replay(table, std::get<ipvs::ChangeCommand>(*line.command).step) == 0;
        if (!understood) throw std::runtime_error("no line of a table: " + line.text);
    }
    return table;
}

}  // namespace pulse::lab
