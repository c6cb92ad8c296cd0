// A client that counts who answers, and measures for how long nobody did.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* usage =
    "Usage: lab-probe [OPTION]... ADDRESS PORT\n"
    "Asks ADDRESS:PORT for / over HTTP, each time on a fresh connection, and prints how often each answer "
    "came\n"
    "(\"ANSWER COUNT\"), then the totals and the longest outage: the time between the starts of two "
    "successive\n"
    "successful requests with a failed one between them.\n"
    "\n"
    "  --count N       stop after N requests (default 1; with --interval: until SIGTERM or SIGINT)\n"
    "  --interval MS   start one every MS milliseconds without waiting for another's answer;\n"
    "                  otherwise one follows the other\n"
    "  --timeout MS    give a request up after this long (default 1000)\n"
    "  --for SECONDS   stop after this long\n"
    "  --check         one request and no output: is there an answer?\n"
    "  --help\n"
    "\n"
    "Exit status: 0 if every request was answered, 1 if not, 2 for wrong usage.\n";

struct Options {
    std::optional<long> count;
    std::optional<milliseconds> interval;
    milliseconds timeout{1000};
    std::optional<milliseconds> duration;
    bool check = false;
    sockaddr_storage address{};
    socklen_t address_size = 0;
};

/// A connection on its way.
struct Request {
    int fd = -1;
    Clock::time_point start;
    bool sent = false;
    std::string reply{};
};

struct Outcome {
    Clock::time_point start;
    bool answered = false;
};

volatile std::sig_atomic_t stop_requested = 0;

bool parse_address(Options& options, const char* address, const char* port) {
    char* end = nullptr;
    const long number = std::strtol(port, &end, 10);
    if (*port == '\0' || *end != '\0' || number < 1 || number > 65535) return false;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&options.address);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&options.address);
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(static_cast<std::uint16_t>(number));
        options.address_size = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(static_cast<std::uint16_t>(number));
        options.address_size = sizeof *v6;
        return true;
    }
    return false;
}

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    int next = 1;
    for (; next < argc && argv[next][0] == '-'; ++next) {
        const std::string_view option = argv[next];
        if (option == "--check") {
            options.check = true;
            continue;
        }
        if (++next == argc) return std::nullopt;
        char* end = nullptr;
        const double value = std::strtod(argv[next], &end);
        if (*argv[next] == '\0' || *end != '\0' || value <= 0) return std::nullopt;
        if (option == "--count") {
            options.count = static_cast<long>(value);
        } else if (option == "--interval") {
            options.interval = milliseconds(static_cast<long>(value));
        } else if (option == "--timeout") {
            options.timeout = milliseconds(static_cast<long>(value));
        } else if (option == "--for") {
            options.duration = milliseconds(static_cast<long>(value * 1000));
        } else {
            return std::nullopt;
        }
    }
    if (argc - next != 2 || !parse_address(options, argv[next], argv[next + 1])) return std::nullopt;
    if (!options.count && !options.interval && !options.duration) options.count = 1;
    return options;
}

/// What an HTTP reply says: the first line of its body, or of itself when it has no header.
std::string answer_of(std::string_view reply) {
    const auto header_end = reply.find("\r\n\r\n");
    if (header_end != std::string_view::npos) reply.remove_prefix(header_end + 4);
    return std::string(reply.substr(0, reply.find_first_of("\r\n")));
}

class Prober {
  public:
    explicit Prober(const Options& options) : options_(options) {}

    void run() {
        began_ = Clock::now();
        auto due = began_;
        for (;;) {
            // Asked once a turn: were the time to end between two askings, nothing would be left to wait for.
            const bool more = more_to_start();
            if (!more && open_.empty()) return;
            if (more && (options_.interval ? Clock::now() >= due : open_.empty())) {
                start_request();
                // When we were held up, catch up only with what is still recent.
                if (options_.interval)
                    due = std::max(due + *options_.interval, Clock::now() - 10 * *options_.interval);
                continue;
            }
            wait_for_replies(more && options_.interval ? due : Clock::time_point::max());
        }
    }

    /// Returns whether every request was answered.
    bool report() {
        std::ranges::sort(outcomes_, {}, &Outcome::start);
        long answered = 0;
        Clock::duration longest{};
        std::optional<Clock::time_point> last_answered;
        bool failed_since = false;
        for (const auto& outcome : outcomes_) {
            if (!outcome.answered) {
                failed_since = true;
                continue;
            }
            ++answered;
            if (failed_since && last_answered) longest = std::max(longest, outcome.start - *last_answered);
            last_answered = outcome.start;
            failed_since = false;
        }
        const auto total = static_cast<long>(outcomes_.size());
        if (!options_.check) {
            for (const auto& [answer, count] : answers_) std::printf("%s %ld\n", answer.c_str(), count);
            for (const auto& [reason, count] : failures_)
                std::printf("FAILED(%s) %ld\n", reason.c_str(), count);
            std::printf("requests %ld answered %ld failed %ld outage_ms %lld\n", total, answered,
                        total - answered,
                        static_cast<long long>(std::chrono::duration_cast<milliseconds>(longest).count()));
        }
        return answered == total && total > 0;
    }

  private:
    [[nodiscard]] bool more_to_start() const {
        if (stop_requested != 0 || (options_.count && started_ >= *options_.count)) return false;
        return !options_.duration || Clock::now() - began_ < *options_.duration;
    }

    void start_request() {
        ++started_;
        Request request{.start = Clock::now()};
        request.fd = socket(options_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (request.fd < 0) return fail(request, errno);
        const auto* address = reinterpret_cast<const sockaddr*>(&options_.address);
        if (connect(request.fd, address, options_.address_size) != 0 && errno != EINPROGRESS)
            return fail(request, errno);
        open_.push_back(std::move(request));
    }

    /// Waits no longer than until `due`.
    void wait_for_replies(Clock::time_point due) {
        auto until = std::min(due, Clock::now() + std::chrono::hours(1));
        std::vector<pollfd> polled;
        for (const auto& request : open_) {
            until = std::min(until, request.start + options_.timeout);
            polled.push_back({request.fd, static_cast<short>(request.sent ? POLLIN : POLLOUT), 0});
        }
        const auto wait = std::max(until - Clock::now(), Clock::duration::zero());
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const timespec limit{static_cast<time_t>(seconds.count()),
                             static_cast<long>((wait - seconds).count())};
        if (ppoll(polled.data(), polled.size(), &limit, nullptr) < 0) return;

        std::vector<Request> still_open;
        for (std::size_t i = 0; i < open_.size(); ++i) {
            auto& request = open_[i];
            if (polled[i].revents != 0 ? advance(request) : !expire(request))
                still_open.push_back(std::move(request));
        }
        open_ = std::move(still_open);
    }

    /// Moves a ready request on; false when it has ended.
    bool advance(Request& request) {
        if (!request.sent) {
            static constexpr std::string_view question = "GET / HTTP/1.0\r\n\r\n";
            if (send(request.fd, question.data(), question.size(), MSG_NOSIGNAL) < 0)
                return fail(request, errno), false;
            request.sent = true;
            return true;
        }
        std::array<char, 2048> buffer{};
        const auto size = recv(request.fd, buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EAGAIN) return true;
        if (size < 0) return fail(request, errno), false;
        if (size > 0) {
            request.reply.append(buffer.data(), static_cast<std::size_t>(size));
            return true;
        }
        if (request.reply.empty()) return fail(request, ENODATA), false;
        ++answers_[answer_of(request.reply)];
        end(request, true);
        return false;
    }

    bool expire(Request& request) {
        if (Clock::now() - request.start < options_.timeout) return false;
        fail(request, ETIMEDOUT);
        return true;
    }

    void fail(Request& request, int reason) {
        ++failures_[strerrorname_np(reason)];
        // A given-up connection must not linger and answer later.
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        if (request.fd >= 0)
            static_cast<void>(setsockopt(request.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
        end(request, false);
    }

    void end(Request& request, bool answered) {
        if (request.fd >= 0) close(request.fd);
        outcomes_.push_back({request.start, answered});
    }

    const Options& options_;
    Clock::time_point began_;
    long started_ = 0;
    std::vector<Request> open_;
    std::vector<Outcome> outcomes_;
    std::map<std::string, long> answers_;
    std::map<std::string, long> failures_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        static_cast<void>(std::fputs(usage, stdout));
        return 0;
    }
    const auto options = parse_options(argc, argv);
    if (!options) {
        static_cast<void>(std::fputs(usage, stderr));
        return 2;
    }
    struct sigaction stopping{};
    stopping.sa_handler = [](int) { stop_requested = 1; };
    for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &stopping, nullptr);
    Prober prober(*options);
    prober.run();
    return prober.report() ? 0 : 1;
}
