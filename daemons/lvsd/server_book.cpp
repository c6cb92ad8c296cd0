#include "server_book.h"

#include "pulse/director/drain.h"
#include "pulse/runtime/async.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

/// However often somebody asks, nannies are not woken more often than this.
constexpr auto freshness = std::chrono::seconds(2);

/// A nanny answers at once or not at all: one may hang, and a substitute does not know the question.
constexpr auto patience = std::chrono::milliseconds(500);

}  // namespace

void ServerBook::note(const director::MonitorKey& key, const health::Report& report) {
    auto& heard = heard_[key];
    if (outstanding_ > 0 && heard.when < asked_at_) --outstanding_;
    heard.report = report;
    heard.when = Clock::now();
}

void ServerBook::tidy() {
    std::erase_if(heard_, [&](const auto& entry) { return !situation_.standings.contains(entry.first); });
}

asio::awaitable<Fields> ServerBook::page(std::size_t from) {
    if (from == 0) {
        if (Clock::now() - asked_at_ >= freshness) {
            asked_at_ = Clock::now();
            outstanding_ = nannies_.ask_for_reports();
        }
        while (outstanding_ > 0 && Clock::now() < asked_at_ + patience)
            co_await runtime::sleep_until(Clock::now() + std::chrono::milliseconds(5));
        statuses_ =
            director::server_statuses(config_, situation_, heard_, Clock::now(), nannies_.unchecked());
    }
    co_return director::page_of(statuses_, from);
}

Result<std::string> ServerBook::forgive(const std::string& servers) {
    const auto called = director::servers_called(config_, servers);
    if (!called) return fail(called.error(), "");
    std::string forgiven;
    for (const auto& monitor : director::monitors(config_)) {
        const director::ServerName name{monitor.virtual_name, monitor.server_name};
        if (!called->contains(name)) continue;
        nannies_.forgive(monitor.key);
        const auto found = heard_.find(monitor.key);
        if (found != heard_.end() &&
            (found->second.report.flaps > 0 || found->second.report.verdict == health::Verdict::down))
            forgiven += (forgiven.empty() ? "" : "\n") + name.to_string();
    }
    return forgiven.empty() ? "nothing was held against it" : "cleared: " + forgiven;
}

}  // namespace pulse::lvsd
