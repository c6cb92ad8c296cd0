#include <vector>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pulse/control/client.h"
#include "pulse/director/server_status.h"

#include "command.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

using Servers = std::vector<director::ServerStatus>;

/// What lvsd knows of the real servers, page by page.
Result<Servers> ask_for_servers(const std::string& socket) {
    Servers all;
    std::optional<std::string> next = "0";
    while (next) {
        const auto page = control::ask(socket, Fields().add("command", "servers").add("from", *next));
        if (!page) return fail(page.error(), "");
        if (const auto error = page->find("error")) return fail(std::error_code(), std::string(*error));
        for (const auto text : page->all("server"))
            if (auto status = director::server_status_from(Fields::parse(text)))
                all.push_back(std::move(*status));
        const auto more = page->find("next");
        next = more ? std::optional<std::string>(*more) : std::nullopt;
    }
    return all;
}

void show_json(const std::string& router, const Result<Servers>& servers) {
    using nlohmann::json;
    auto all = json::parse(router, nullptr, false);
    if (all.is_object())
        all["servers"] = servers ? json::parse(director::to_json(*servers), nullptr, false) : json();
    fmt::print("{}\n", all.is_object() ? all.dump() : router);
}

}  // namespace

int run_status(const Command& command, Words words) {
    std::string socket;
    bool json = false;
    po::options_description description("Options");
    description.add_options()("socket", po::value(&socket)->default_value(control::default_socket),
                              "where the running pulse listens")  //
        ("json", po::bool_switch(&json), "one JSON object, for programs");
    const auto parsed = parse(command, words, description);
    if (!parsed) return parsed.error();
    if (!parsed->words.empty()) return refuse("status takes no argument");
    auto request = Fields().add("command", "status");
    if (json) request.add("json", "1");
    const auto answer = control::ask(socket, request);
    if (!answer) return refuse(answer.error());
    if (const auto error = answer->find("error")) return refuse(*error);
    const std::string router(answer->find("text").value_or(""));
    const auto servers = ask_for_servers(socket);
    if (json) {
        show_json(router, servers);
        return status_fine;
    }
    fmt::print("{}\n", router);
    if (servers)
        fmt::print("{}", director::to_text(*servers));
    else
        fmt::print("real servers: not known ({})\n", servers.error().message());
    return status_fine;
}

}  // namespace pulse::pulsectl
