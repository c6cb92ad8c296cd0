#include "parent.h"

#include <memory>

#include "pulse/base/text.h"
#include "pulse/config/read.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/in_a_thread.h"
#include "pulse/runtime/sealed_text.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

Result<std::string> read_text(const runtime::UniqueFd& passed) {
    // Without a free descriptor the kernel leaves out the one that was passed.
    if (!passed) return fail(std::errc::too_many_files_open, "cannot receive what is to be used");
    return runtime::read_sealed_text(passed.get());
}

Result<config::Config> read_config(const runtime::UniqueFd& passed) {
    const auto text = read_text(passed);
    if (!text) return fail(text.error(), "");
    auto reading = config::read(*text);
    if (!reading.ok())
        return fail(std::error_code(), config::format(reading.diagnostics, "lvs.cf of pulse", *text));
    return std::move(reading.config);
}

/// The next message, if it is of this kind.
Result<runtime::UniqueFd> expect(int channel, std::string_view kind, std::string_view id) {
    constexpr auto patience = std::chrono::seconds(5);  // pulse sends them before we run
    auto message = process::wait_for_message(channel, patience);
    if (!message || message->fields.find(kind) != id)
        return fail(std::error_code(), "pulse has not said what to use");
    return std::move(message->descriptor);
}

}  // namespace

Result<Orders> first_orders(int channel) {
    const auto passed = expect(channel, "config", Parent::first_config);
    if (!passed) return fail(passed.error(), "");
    auto config = read_config(*passed);
    if (!config) return fail(config.error(), "");
    const auto list = expect(channel, "drained", Parent::first_drains);
    if (!list) return fail(list.error(), "");
    const auto drained = read_text(*list);
    if (!drained) return fail(drained.error(), "");
    return Orders{.config = std::move(*config), .drains = director::drains_from(*drained)};
}

void Parent::start() { runtime::spawn_logged(context_, "parent", hear()); }

asio::awaitable<void> Parent::hear() {
    for (;;) {
        auto message = co_await channel_.receive_message();
        if (!message) break;
        if (deaf_) co_return;
        const auto& fields = message->fields;
        if (fields.find("stop")) co_return lvsd_.stop(fields.find("leave_table").has_value());
        if (const auto alive = fields.find("alive")) {
            auto answer = Fields().add("answer", std::string(*alive));
            tell(answer.add("config", config_in_use_).add("drained", drains_in_use_));
        } else if (const auto config = fields.find("config")) {
            co_await use_config(std::string(*config), std::move(message->descriptor));
        } else if (const auto drained = fields.find("drained")) {
            use_drains(std::string(*drained), message->descriptor);
        } else if (const auto question = fields.find("servers")) {
            const auto from = parse_decimal<std::size_t>(fields.find("from").value_or("0"));
            runtime::spawn_logged(context_, "status", show_servers(std::string(*question), from.value_or(0)));
        } else if (const auto forgive = fields.find("forgive")) {
            answer(std::string(*forgive), lvsd_.forgive(std::string(fields.find("of").value_or(""))));
        }
    }
    lvsd_.abandoned();
}

/// Reading a large configuration takes its time, in which nannies are to be heard.
asio::awaitable<void> Parent::use_config(std::string id, runtime::UniqueFd text) {
    constexpr auto limit = std::chrono::seconds(60);
    const auto passed = std::make_shared<runtime::UniqueFd>(std::move(text));
    const std::function<Result<config::Config>()> reading = [passed] { return read_config(*passed); };
    auto config = co_await runtime::in_a_thread(limit, "the configuration was not read", reading);
    if (deaf_) co_return;
    if (!config) co_return refuse(std::move(id), config.error());
    lvsd_.use(std::move(*config));
    config_in_use_ = id;
    answer(std::move(id), std::string());
}

void Parent::use_drains(std::string id, const runtime::UniqueFd& text) {
    const auto drained = read_text(text);
    if (!drained) return refuse(std::move(id), drained.error());
    lvsd_.use(director::drains_from(*drained));
    drains_in_use_ = id;
    answer(std::move(id), std::string());
}

/// An error keeps what was.
void Parent::refuse(std::string id, const Error& error) {
    log::error("what was in use stays: {}", error.message());
    answer(std::move(id), tl::unexpected(error));
}

asio::awaitable<void> Parent::show_servers(std::string id, std::size_t from) {
    auto page = co_await lvsd_.servers(from);
    page.add("answer", std::move(id));
    tell(page);
}

void Parent::answer(std::string id, const Result<std::string>& done) {
    Fields answer;
    answer.add("answer", std::move(id));
    constexpr std::size_t longest_report = 6000;  // a message holds no more than 8 KiB
    if (!done)
        answer.add("error", done.error().message().substr(0, longest_report));
    else
        answer.add("text", done->substr(0, longest_report));
    tell(answer);
}

void Parent::tell(const Fields& message) {
    if (auto told = channel_.send(message); !told) log::error("{}", told.error().message());
}

}  // namespace pulse::lvsd
