#include "operators.h"

#include "pulse/log/log.h"

#include "drains.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

std::string listed(const director::Drains& drains) {
    std::string text;
    for (const auto& name : drains) text += (text.empty() ? "" : "\n") + name.to_string();
    return text;
}

}  // namespace

void Operators::start() {
    auto opened = control::Server::open(context_, options_.socket);
    if (!opened) return log::warning("pulsectl cannot reach this pulse: {}", opened.error().message());
    server_.emplace(std::move(*opened));
    server_->serve([this](Fields request) { return answer(std::move(request)); });
}

asio::awaitable<Fields> Operators::answer(Fields request) {
    const std::string command(request.find("command").value_or(""));
    const std::string servers(request.find("servers").value_or(""));
    if (command == "servers") {
        std::string from(request.find("from").value_or("0"));
        co_return co_await this->servers(std::move(from));
    }
    Result<std::string> done = fail(std::error_code(), "this pulse does not know the command " + command);
    if (command == "reload") done = co_await router_.reload();
    if (command == "status")
        done =
            request.find("json") ? failover::to_json(router_.status()) : failover::to_text(router_.status());
    if (command == "failover") done = co_await router_.fail_over();
    if (command == "drain" || command == "undrain") {
        if (changing_drains_)
            done =
                fail(std::error_code(), "another change of the drained servers is being written; try again");
        else {
            changing_drains_ = true;
            done = co_await drain(servers, command == "drain");
            changing_drains_ = false;
        }
    }
    if (command == "drained") done = co_await drained();
    if (command == "clear-hold") done = co_await router_.clear_hold(servers);
    Fields answer;
    constexpr std::size_t longest = 6000;  // a message holds no more than 8 KiB
    if (done)
        answer.add("text", done->substr(0, longest));
    else
        answer.add("error", done.error().message().substr(0, longest));
    co_return answer;
}

asio::awaitable<Fields> Operators::servers(std::string from) {
    const auto page = co_await router_.servers(std::move(from));
    Fields answer;
    if (!page) answer.add("error", "lvsd does not run, or does not answer");
    if (!page) co_return answer;
    for (const auto server : page->all("server")) answer.add("server", std::string(server));
    if (const auto next = page->find("next")) answer.add("next", std::string(*next));
    co_return answer;
}

asio::awaitable<Result<std::string>> Operators::drained() {
    const auto drains = co_await read_drains(state_);
    if (!drains) co_return fail(drains.error(), "");
    co_return listed(*drains);
}

asio::awaitable<Result<std::string>> Operators::drain(std::string servers, bool on) {
    auto drains = co_await read_drains(state_);
    if (!drains) co_return fail(drains.error(), "");
    const auto called = director::servers_called(router_.config(), servers);
    if (!called) co_return fail(called.error(), "");
    director::Drains changed;
    for (const auto& name : *called)
        if (on ? drains->insert(name).second : drains->erase(name) > 0) changed.insert(name);
    const auto written = co_await write_drains(state_, *drains);
    if (!written) co_return fail(written.error(), "");
    for (const auto& name : changed)
        log::info("real server {} {} by an operator", name.to_string(),
                  on ? "drained" : "back from draining");
    co_await router_.reread_drains();
    if (changed.empty()) co_return std::string(on ? "drained already" : "not drained");
    co_return (on ? "drained: " : "no longer drained: ") + listed(changed);
}

}  // namespace pulse::daemon
