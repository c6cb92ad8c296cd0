#include "drains.h"

#include "pulse/log/log.h"
#include "pulse/runtime/sealed_text.h"

namespace pulse::daemon {

namespace asio = boost::asio;

Result<director::Drains> read_drains(const runtime::StateStore& store) {
    const auto text = store.read(director::drains_file);
    if (!text) return fail(text.error(), "");
    return *text ? director::drains_from(**text) : director::Drains{};
}

std::string listed(const director::Drains& drains) {
    std::string text;
    for (const auto& name : drains) text += (text.empty() ? "" : "\n") + name.to_string();
    return text;
}

asio::awaitable<Result<std::string>> DrainList::change(director::Drains& drains, const config::Config& config,
                                                       std::string servers, bool on) {
    const auto called = director::servers_called(config, servers);
    if (!called) co_return fail(called.error(), "");
    auto next = drains;
    director::Drains changed;
    for (const auto& name : *called)
        if (on ? next.insert(name).second : next.erase(name) > 0) changed.insert(name);
    if (changed.empty()) co_return std::string(on ? "drained already" : "not drained");

    // All that can fail first.
    auto text = runtime::sealed_text(director::drains_file, director::to_text(next));
    if (!text) co_return fail(text.error(), "");
    const auto kept = co_await remember(next);
    if (!kept) co_return fail(kept.error(), "");
    drains = std::move(next);
    for (const auto& name : changed)
        log::info("real server {} {} by an operator", name.to_string(),
                  on ? "drained" : "back from draining");
    const auto answer = co_await lvsd_.use(Handout::drained, std::move(*text));
    const auto done = (on ? "drained: " : "no longer drained: ") + listed(changed);
    if (answer.done()) co_return done;
    if (answer.kind == LvsdAnswer::Kind::not_running)
        co_return done + "\nlvsd does not run here: this is remembered for when it does";
    co_return fail(std::error_code(),
                   answer.why + "; this is remembered, and done when lvsd answers: " + done);
}

asio::awaitable<Result<void>> DrainList::remember(director::Drains drains) {
    if (writing_)
        co_return fail(std::error_code(),
                       "another change of the drained servers is being written; try again");
    writing_ = true;
    auto written = co_await store_.write(director::drains_file, director::to_text(drains));
    writing_ = false;
    co_return written;
}

}  // namespace pulse::daemon
