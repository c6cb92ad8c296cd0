#include "pulse/director/drain.h"

#include "pulse/base/text.h"

namespace pulse::director {

namespace {

/// Calls `visit` with the name and the key of each active server of each service.
template <class Visit>
void for_each_server(const config::Config& config, Visit visit) {
    for (const auto& monitor : monitors(config))
        visit(ServerName{monitor.virtual_name, monitor.server_name}, monitor.key);
}

bool matches(std::string_view wanted, std::string_view name) { return wanted == "*" || wanted == name; }

}  // namespace

Result<Drains> servers_called(const config::Config& config, std::string_view text) {
    Drains found;
    std::string known;
    // Names may hold slashes themselves.
    for (auto slash = text.find('/'); slash != std::string_view::npos; slash = text.find('/', slash + 1)) {
        const auto service = text.substr(0, slash);
        const auto server = text.substr(slash + 1);
        for_each_server(config, [&](const ServerName& name, const MonitorKey& key) {
            if (matches(service, name.virtual_name) &&
                (matches(server, name.server_name) || server == key.checked.address.to_string()))
                found.insert(name);
        });
    }
    if (!found.empty()) return found;
    for_each_server(config, [&](const ServerName& name, const MonitorKey&) {
        known += (known.empty() ? "" : ", ") + name.to_string();
    });
    return fail(std::error_code(), "no active real server is called '" + std::string(text) +
                                       "'; write VIRTUAL/SERVER, of " + (known.empty() ? "none" : known));
}

Drains renamed(const Drains& drains, const config::Config& before, const config::Config& after) {
    const auto keys = keys_of(drains, before);
    Drains now;
    for_each_server(after, [&](const ServerName& name, const MonitorKey& key) {
        if (keys.contains(key)) now.insert(name);
    });
    return now;
}

std::set<MonitorKey> keys_of(const Drains& drains, const config::Config& config) {
    std::set<MonitorKey> keys;
    for_each_server(config, [&](const ServerName& name, const MonitorKey& key) {
        if (drains.contains(name)) keys.insert(key);
    });
    return keys;
}

std::string to_text(const Drains& drains) {
    std::string text;
    for (const auto& name : drains) text += name.virtual_name + "\t" + name.server_name + "\n";
    return text;
}

Drains drains_from(std::string_view text) {
    Drains drains;
    for (const auto line : split(text, '\n')) {
        const auto tab = line.find('\t');
        if (tab != std::string_view::npos)
            drains.insert({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
    }
    return drains;
}

}  // namespace pulse::director
