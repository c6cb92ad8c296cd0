#include "operators.h"

#include "pulse/log/log.h"

namespace pulse::daemon {

namespace asio = boost::asio;

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
    if (command == "reload") done = co_await router_.reload(request.find("force").has_value());
    if (command == "status")
        done =
            request.find("json") ? failover::to_json(router_.status()) : failover::to_text(router_.status());
    if (command == "failover") done = co_await router_.fail_over();
    if (command == "drain") done = co_await router_.drain(servers, true);
    if (command == "undrain") done = co_await router_.drain(servers, false);
    if (command == "drained") done = listed(router_.drained());
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
    if (!page.done()) answer.add("error", page.why);
    for (const auto server : page.said.all("server")) answer.add("server", std::string(server));
    if (const auto next = page.said.find("next")) answer.add("next", std::string(*next));
    co_return answer;
}

}  // namespace pulse::daemon
