// What nannies cost: private memory, processor time per check, the start of many, and how soon a dead server
// is seen. TCP checks of servers on 127/8, as one process each or many in a process. keepalived beside it:
// nanny_peer.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/health/nanny_command.h"
#include "pulse/health/report.h"
#include "pulse/process/channel.h"
#include "pulse/process/child.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/file.h"

namespace {

using namespace pulse;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::uint16_t port = 18'099;
constexpr std::uint16_t victims_port = 18'098;

/// A listener on every address of this machine.
runtime::UniqueFd listen_on(std::uint16_t number) {
    runtime::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(number);
    const auto* address = reinterpret_cast<const sockaddr*>(&any);
    if (::bind(socket.get(), address, sizeof any) != 0 || ::listen(socket.get(), 4096) != 0) {
        std::perror("cannot listen");
        std::exit(1);
    }
    return socket;
}

/// The servers: another process, so that its time is not counted, that accepts and closes.
pid_t start_servers() {
    const auto listener = listen_on(port);
    const auto child = ::fork();
    if (child != 0) return child;
    for (;;) ::close(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

long field(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    for (std::string word; file >> word;)
        if (word == name) {
            long value = 0;
            file >> value;
            return value;
        }
    return 0;
}

long private_kib(int pid) {
    const auto path = "/proc/" + std::to_string(pid) + "/smaps_rollup";
    return field(path, "Private_Dirty:") + field(path, "Private_Clean:");
}

/// Time a process has had of the processors so far.
double processor_seconds(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
    double nanoseconds = 0;
    file >> nanoseconds;
    return nanoseconds / 1e9;
}

health::NannySpec spec_of(int check, std::uint16_t real_port, std::chrono::milliseconds interval) {
    health::NannySpec spec;
    spec.real_server = net::IpAddress::v4(0x7f010000U + static_cast<std::uint32_t>(check) + 1);
    spec.real_port = {real_port};
    spec.virtual_port = {port};  // not 80, which would mean HTTP
    spec.virtual_address = net::IpAddress::v4(0x0a000001);
    spec.interval = interval;
    return spec;
}

/// Nannies as lvsd runs them.
class Farm {
  public:
    Farm(std::string nanny, std::chrono::milliseconds interval)
        : nanny_(std::move(nanny)), interval_(interval) {
        // What the nannies log is nobody's business here.
        null_.emplace_back(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    }
    ~Farm() {
        for (auto& one : nannies_) {
            one->child.kill(SIGKILL);
            ::waitpid(one->child.pid(), nullptr, 0);
        }
    }
    Farm(const Farm&) = delete;
    Farm& operator=(const Farm&) = delete;
    Farm(Farm&&) = delete;
    Farm& operator=(Farm&&) = delete;

    /// Starts `count` checks, `share` in a process; the first one's server listens on `first_port`. Returns
    /// how long until each has given its verdict.
    Milliseconds start(int count, int share, std::uint16_t first_port) {
        const auto begin = Clock::now();
        for (int check = 0; check < count; ++check) {
            const auto spec = spec_of(check, check == 0 ? first_port : port, interval_);
            if (share == 1) {
                run(health::arguments(spec), {});
                continue;
            }
            Fields order;
            order.add("add", std::to_string(check));
            for (auto& word : health::arguments(spec)) order.add("argument", std::move(word));
            orders_.push_back(std::move(order));
            if (static_cast<int>(orders_.size()) == share || check + 1 == count)
                run({"-c", "--shared", "sockets"}, std::exchange(orders_, {}));
        }
        while (static_cast<int>(verdicts_.size()) < count) io_.run_one();
        return Clock::now() - begin;
    }

    /// Lets everything run for a while.
    void run_for(std::chrono::milliseconds time) { io_.run_for(time); }

    /// Waits until some check has said that its server is down.
    void wait_for_down() {
        while (downs_ == 0) io_.run_one();
    }
    void forget_downs() { downs_ = 0; }

    [[nodiscard]] double processor_time() const {
        double all = 0;
        for (const auto& one : nannies_) all += processor_seconds(one->child.pid());
        return all;
    }
    [[nodiscard]] std::vector<long> memory() const {
        std::vector<long> all;
        for (const auto& one : nannies_) all.push_back(private_kib(one->child.pid()));
        std::ranges::sort(all);
        return all;
    }

  private:
    struct Nanny {
        process::Child child;
        process::Channel channel;
    };

    void run(std::vector<std::string> arguments, std::vector<Fields> orders) {
        auto ends = process::make_channel_pair();
        if (!ends) std::abort();
        auto child = process::Child::spawn(io_.get_executor(), {.program = nanny_,
                                                                .arguments = std::move(arguments),
                                                                .channel = ends->second.get(),
                                                                .standard_output = null_.front().get()});
        if (!child) std::abort();
        nannies_.push_back(std::make_shared<Nanny>(
            Nanny{std::move(*child), process::Channel(io_.get_executor(), std::move(ends->first))}));
        const auto index = nannies_.size();
        runtime::spawn_logged(io_, "orders", give(nannies_.back(), std::move(orders)));
        runtime::spawn_logged(io_, "reports", hear(nannies_.back(), std::to_string(index)));
    }

    static boost::asio::awaitable<void> give(std::shared_ptr<Nanny> nanny, std::vector<Fields> orders) {
        for (std::size_t next = 0; next < orders.size();) {
            co_await nanny->channel.has_room();
            while (next < orders.size() && nanny->channel.send(orders[next])) ++next;
        }
    }

    boost::asio::awaitable<void> hear(std::shared_ptr<Nanny> nanny, std::string name) {
        for (;;) {
            const auto message = co_await nanny->channel.receive();
            if (!message) co_return;
            const auto report = health::report_from(*message);
            if (!report) continue;
            verdicts_[name + "/" + report->check] = report->verdict;
            downs_ += report->verdict == health::Verdict::down ? 1 : 0;
        }
    }

    std::string nanny_;
    std::chrono::milliseconds interval_;
    boost::asio::io_context io_{1};
    std::vector<runtime::UniqueFd> null_;
    std::vector<std::shared_ptr<Nanny>> nannies_;
    std::vector<Fields> orders_;
    std::map<std::string, health::Verdict> verdicts_;
    int downs_ = 0;
};

void measure(int count, int share, std::chrono::milliseconds interval) {
    Farm farm(runtime::program_directory() + "/nanny", interval);
    auto victim = listen_on(victims_port);
    const auto started = farm.start(count, share, victims_port);
    farm.run_for(
        std::max<std::chrono::milliseconds>(2 * interval, std::chrono::seconds(16)));  // over the first round
    const auto memory = farm.memory();
    const auto before = farm.processor_time();
    const auto begin = Clock::now();
    farm.run_for(4 * interval);
    const std::chrono::duration<double> window = Clock::now() - begin;
    const double used = farm.processor_time() - before;
    const double checks = count * (window / interval);
    farm.forget_downs();
    const auto death = Clock::now();
    victim.close();
    farm.wait_for_down();
    const Milliseconds seen = Clock::now() - death;
    fmt::print(
        "{} checks, {} a process, every {} ms: first verdicts after {:.0f} ms; private memory of a process "
        "{} KiB (median), {:.2f} KiB a check; {:.1f} us a check, {:.1f} % of a core; death seen after {:.0f} "
        "ms\n",
        count, share, interval.count(), started.count(), memory[memory.size() / 2],
        static_cast<double>(memory[memory.size() / 2]) / share, 1e6 * used / checks,
        100 * used / window.count(), seen.count());
    (void)std::fflush(stdout);
}

}  // namespace

/// nanny_checks [CHECKS PER_PROCESS INTERVAL_MS]...; without arguments, the figures of DESIGN.
int main(int argc, char** argv) {
    rlimit files{.rlim_cur = 100'000, .rlim_max = 100'000};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::vector<std::array<int, 3>> runs;
    for (int i = 1; i + 2 < argc; i += 3)
        runs.push_back({parse_decimal<int>(argv[i]).value_or(1), parse_decimal<int>(argv[i + 1]).value_or(1),
                        parse_decimal<int>(argv[i + 2]).value_or(1000)});
    if (runs.empty())
        runs = {{100, 1, 1'000}, {1'000, 1, 5'000}, {1'000, 1'000, 5'000}, {10'000, 1'000, 5'000}};
    const auto servers = start_servers();
    for (const auto& [count, share, interval] : runs)
        measure(count, share, std::chrono::milliseconds(interval));
    ::kill(servers, SIGKILL);
    ::waitpid(servers, nullptr, 0);
    return 0;
}
