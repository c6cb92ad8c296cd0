#include "router.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "pulse/control/client.h"
#include "pulse/runtime/file.h"

#include "clock.h"
#include "namespace.h"

namespace pulse::chaos {
namespace {

namespace fs = std::filesystem;

constexpr std::array programs = {"pulse", "lvsd", "nanny"};
/// RestartSec of our unit.
constexpr auto restart_pause = std::chrono::milliseconds(100);
/// RestartPreventExitStatus there.
constexpr std::array final_statuses = {64, 78};
/// TimeoutStopSec there, and a bit.
constexpr auto stop_patience = std::chrono::seconds(15);

void require(bool done, const std::string& what) {
    if (!done) throw std::runtime_error(what + ": " + std::strerror(errno));
}

void write(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.flush();
    require(file.good(), path);
}

/// A process as /proc/PID/stat has it.
struct Process {
    std::string name;
    char state = '?';
};

Process process(const std::string& pid) {
    const auto stat = runtime::read_file("/proc/" + pid + "/stat");
    if (!stat) return {};
    const auto open = stat->find('(');
    const auto close = stat->rfind(')');
    if (open == std::string::npos || close == std::string::npos || close + 2 >= stat->size()) return {};
    return {.name = stat->substr(open + 1, close - open - 1), .state = (*stat)[close + 2]};
}

}  // namespace

void Defects::add(const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(text);
    fmt::print("{:8.2f} DEFECT {}\n", now(), text);
    (void)std::fflush(stdout);
}

std::vector<std::string> Defects::all() const {
    const std::lock_guard lock(mutex_);
    return texts_;
}

void must(const std::string& command) {
    const auto done = lab::run(command);
    if (done.status != 0) throw std::runtime_error(command + ": " + done.text);
}

Router::Router(std::string name, const std::string& results, Defects& defects)
    : name_(std::move(name)), directory_("/tmp/chaos/" + name_), defects_(defects) {
    for (const auto* part : {"/run/lvs", "/run/pulse", "/run/lock", "/state", "/etc"})
        fs::create_directories(directory_ + part);
    // Small enough to be filled, and gone with the guest.
    require(::mount("tmpfs", state_directory().c_str(), "tmpfs", 0, "size=128k,mode=755") == 0, "mount");
    for (const auto* path : {"/var/lib/lvs", "/var/lib/pulse", "/etc/sysconfig/ha"})
        fs::create_directories(path);
    for (const auto* path : {"/dev/log", "/etc/hosts", "/etc/resolv.conf"})
        if (!fs::exists(path)) write(path, "");
    fs::copy_file("/etc/hosts", hosts_path(), fs::copy_options::overwrite_existing);
    fs::copy_file("/etc/resolv.conf", resolver_path(), fs::copy_options::overwrite_existing);
    write(key_path(), "1 " + std::string(64, 'a') + "\n");
    require(::chmod(key_path().c_str(), 0600) == 0, "chmod");

    log_file_ = runtime::UniqueFd(
        ::open((results + "/" + name_ + ".log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    log_socket_ = runtime::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = directory_ + "/log";
    (void)path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    require(::bind(log_socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                ::chmod(path.c_str(), 0666) == 0,
            "a log");
    make_namespace();
    threads_.emplace_back([this] { read_log(); });
}

Router::~Router() {
    stop();
    over_ = true;
    for (auto& thread : threads_) thread.join();
}

std::string Router::port(const std::string& device) const {
    return (name_ == "primary" ? "h1-" : "h2-") + device;
}

std::string Router::control_socket() const { return directory_ + control::default_socket; }

/// In a thread of its own, whose mount namespace the routers' processes will enter.
void Router::make_namespace() {
    std::string trouble;
    std::thread([&] {
        try {
            const lab::InHost here(name_);
            require(::unshare(CLONE_FS) == 0 && ::unshare(CLONE_NEWNS) == 0, "unshare");
            require(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
            // /sys shows the devices of the network in which it was mounted.
            (void)::mount("sysfs", "/sys", "sysfs", 0, nullptr);
            const std::pair<const char*, const char*> own[] = {{"/run", "/run"},
                                                               {"/state", "/var/lib/lvs"},
                                                               {"/state", "/var/lib/pulse"},
                                                               {"/log", "/dev/log"},
                                                               {"/hosts", "/etc/hosts"},
                                                               {"/resolv.conf", "/etc/resolv.conf"},
                                                               {"/etc", "/etc/sysconfig/ha"}};
            for (const auto& [from, to] : own)
                require(::mount((directory_ + from).c_str(), to, nullptr, MS_BIND, nullptr) == 0, to);
            network_ = runtime::UniqueFd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
            mounts_ = runtime::UniqueFd(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC));
            require(network_ && mounts_, "namespaces");
        } catch (const std::exception& error) {
            trouble = error.what();
        }
    }).join();
    if (!trouble.empty()) throw std::runtime_error(name_ + ": " + trouble);
}

void Router::enter() const {
    (void)::setns(network_.get(), CLONE_NEWNET);
    (void)::setns(mounts_.get(), CLONE_NEWNS);
}

void Router::write_config(const std::string& text) const {
    write(config_path() + ".new", text);
    fs::rename(config_path() + ".new", config_path());
}

void Router::start() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    launch();
}

void Router::launch() {
    const pid_t child = ::fork();
    if (child == 0) {
        enter();
        const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(log_file_.get(), STDOUT_FILENO);
        ::dup2(log_file_.get(), STDERR_FILENO);
        ::execlp("pulse", "pulse", "--nofork", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    pulse_ = child;
    threads_.emplace_back([this, child] { supervise(child); });
}

/// Restart=on-failure, RestartPreventExitStatus=, KillMode=mixed.
void Router::supervise(pid_t pulse) {
    int status = 0;
    while (::waitpid(pulse, &status, 0) < 0 && errno == EINTR) {
    }
    kill_rest();
    const std::lock_guard lock(mutex_);
    if (pulse != pulse_) return;
    pulse_ = -1;
    if (!wanted_) return;
    if (WIFEXITED(status)) {
        const int code = WEXITSTATUS(status);
        if (code == 0) defects_.add(name_ + ": pulse ended with 0 though nobody stopped it");
        if (std::ranges::find(final_statuses, code) != final_statuses.end()) {
            defects_.add(fmt::format("{}: pulse ended with {} and is not to be started again", name_, code));
            return;
        }
    }
    ++restarts_;
    std::this_thread::sleep_for(restart_pause);
    launch();
}

void Router::kill_rest() const {
    for (const auto& [name, pids] : processes())
        for (const pid_t pid : pids) ::kill(pid, SIGKILL);
}

void Router::stop() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = false;
        if (pulse_ < 0) return;
        ::kill(pulse_, SIGTERM);
    }
    if (lab::within(stop_patience, [&] { return pulse_ < 0; })) return;
    defects_.add(name_ + ": did not stop in time");
    ::kill(pulse_, SIGKILL);
    (void)lab::within(stop_patience, [&] { return pulse_ < 0; });
}

void Router::lose_power() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = false;
    }
    kill_rest();
    (void)lab::within(stop_patience, [&] { return pulse_ < 0; });
}

lab::Output Router::run(const std::string& command, std::chrono::seconds patience) const {
    std::array<int, 2> ends{};
    require(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe");
    runtime::UniqueFd here(ends[0]);
    runtime::UniqueFd there(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) {
        enter();
        ::setpgid(0, 0);
        ::dup2(there.get(), STDOUT_FILENO);
        ::dup2(there.get(), STDERR_FILENO);
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    there.close();
    lab::Output output;
    const double end = now() + static_cast<double>(patience.count());
    for (;;) {
        pollfd waiting{.fd = here.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, std::max(0, static_cast<int>((end - now()) * 1e3)));
        std::array<char, 4096> part{};
        const auto got = ready > 0 ? ::read(here.get(), part.data(), part.size()) : 0;
        if (got > 0) {
            output.text.append(part.data(), static_cast<std::size_t>(got));
            continue;
        }
        if (ready == 0) {
            ::kill(-child, SIGKILL);
            output.status = 124;
        }
        break;
    }
    int status = 0;
    (void)::waitpid(child, &status, 0);
    if (output.status == 0) output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return output;
}

std::map<std::string, std::vector<pid_t>> Router::processes() const {
    std::map<std::string, std::vector<pid_t>> found;
    for (const auto* program : programs) found[program];
    struct stat own{};
    (void)::fstat(network_.get(), &own);
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto text = entry.path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), pid).ec != std::errc{}) continue;
        struct stat its{};
        if (::stat(("/proc/" + text + "/ns/net").c_str(), &its) != 0 || its.st_ino != own.st_ino) continue;
        const auto [name, state] = process(text);
        if (const auto program = found.find(name); program != found.end() && state != 'Z')
            program->second.push_back(pid);
    }
    return found;
}

nlohmann::json Router::status() const {
    const auto answer = control::ask(control_socket(), Fields().add("command", "status").add("json", "1"),
                                     std::chrono::seconds(2));
    const std::string text(answer ? answer->find("text").value_or("") : "");
    auto parsed = nlohmann::json::parse(text, nullptr, false);
    return parsed.is_object() ? parsed : nlohmann::json::object();
}

bool Router::holds(const net::IpAddress& address) const {
    const lab::InHost here(name_);
    ifaddrs* list = nullptr;
    require(::getifaddrs(&list) == 0, "getifaddrs");
    bool found = false;
    for (const auto* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in name{};
        std::memcpy(&name, one->ifa_addr, sizeof name);
        found = found || (address.is_v4() &&
                          std::memcmp(&name.sin_addr, address.bytes().data(), sizeof name.sin_addr) == 0);
    }
    ::freeifaddrs(list);
    return found;
}

std::set<std::string> Router::table() const {
    const lab::InHost here(name_);
    std::ifstream file("/proc/thread-self/net/ip_vs");
    std::ostringstream text;
    text << file.rdbuf();
    return table_from(text.str());
}

void Router::read_log() {
    while (!over_) {
        pollfd waiting{.fd = log_socket_.get(), .events = POLLIN, .revents = 0};
        if (log_stalled_ || ::poll(&waiting, 1, 100) <= 0) {
            if (log_stalled_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
        }
        std::array<char, 8192> line{};
        const auto got = ::recv(log_socket_.get(), line.data(), line.size(), 0);
        if (got <= 0) continue;
        const auto text =
            fmt::format("{:8.3f} {}\n", now(), std::string(line.data(), static_cast<std::size_t>(got)));
        (void)!::write(log_file_.get(), text.data(), text.size());
    }
}

}  // namespace pulse::chaos
