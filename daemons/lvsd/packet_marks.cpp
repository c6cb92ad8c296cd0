#include "packet_marks.h"

#include <utility>

#include "pulse/director/marks.h"
#include "pulse/kernel/nftables.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

constexpr auto limit = std::chrono::seconds(10);
constexpr const char* complaint = "nftables does not answer";

}  // namespace

PacketMarks::PacketMarks(const asio::any_io_executor& executor, Kernel kernel, Duration look_interval,
                         std::function<void()> on_settled)
    : pause_(executor),
      kernel_(std::move(kernel)),
      look_interval_(look_interval),
      on_settled_(std::move(on_settled)) {}

void PacketMarks::want(const config::Config& config, bool left_over) {
    in_kernel_ = in_kernel_ || left_over;
    auto rules = director::mark_rules(config);
    if (rules == rules_ && !left_over) return;
    rules_ = std::move(rules);
    settled_ = rules_.empty();  // nobody waits for rules to go
    complained_ = false;
    pause_.cancel();
}

asio::awaitable<void> PacketMarks::run() {
    for (;;) {
        const auto wanted = rules_;
        co_await bring_about(wanted);
        if (wanted != rules_) continue;
        if (stopping_) co_return;
        if (!std::exchange(settled_, true)) on_settled_();
        pause_.expires_after(look_interval_);
        co_await pause_.async_wait(runtime::as_result);
    }
}

asio::awaitable<void> PacketMarks::bring_about(std::string rules) {
    if (rules.empty()) {
        if (in_kernel_) co_await take_out();
        co_return;
    }
    if (set_ == rules && !shown_.empty()) {
        const std::function<Result<std::string>()> work = kernel_.list;
        const auto shown = co_await runtime::in_a_thread(limit, complaint, work);
        if (shown && *shown == shown_) co_return;
        log::warning("somebody else changed the rules that mark packets; putting them back");
    }
    co_await replace(std::move(rules));
}

asio::awaitable<void> PacketMarks::replace(std::string rules) {
    in_kernel_ = true;
    const std::function<Result<std::string>()> work = [kernel = kernel_, rules] {
        return kernel.replace(rules);
    };
    auto shown = co_await runtime::in_a_thread(limit, complaint, work);
    shown_ = shown.value_or("");
    set_ = std::move(rules);
    if (shown)
        log::info("packets for mark_ports are marked (nft list table {})", director::mark_table);
    else if (!complained_)
        log::error("{}; no packet gets a mark from mark_ports until that works", shown.error().message());
    complained_ = !shown;
}

asio::awaitable<void> PacketMarks::take_out() {
    const auto removed = co_await runtime::in_a_thread(limit, complaint, kernel_.remove);
    shown_.clear();
    in_kernel_ = !removed;
    if (!removed && !complained_) log::error("{}", removed.error().message());
    complained_ = !removed;
}

void PacketMarks::remove() {
    stopping_ = true;
    rules_.clear();
    pause_.cancel();
}

PacketMarks::Kernel nftables() {
    using kernel::NftTable;
    PacketMarks::Kernel kernel;
    kernel.replace = [](const std::string& rules) -> Result<std::string> {
        auto table = NftTable::open(director::mark_table);
        if (!table) return tl::unexpected(table.error());
        if (auto done = table->replace(rules); !done) return tl::unexpected(done.error());
        return table->list();
    };
    kernel.list = []() -> Result<std::string> {
        auto table = NftTable::open(director::mark_table);
        return table ? table->list() : tl::unexpected(table.error());
    };
    kernel.remove = []() -> Result<void> {
        auto table = NftTable::open(director::mark_table);
        return table ? table->remove() : tl::unexpected(table.error());
    };
    return kernel;
}

}  // namespace pulse::lvsd
