#include <algorithm>
#include <set>

#include "pulse/base/text.h"

#include "checks.h"

namespace pulse::config {

namespace {

using health::CheckKind;

class PresenceCheck {
  public:
    explicit PresenceCheck(const Checked& file) : file_(file), root_(file.document.root()) {}

    void run();

  private:
    void device(const Block& block, std::string_view key, const std::optional<DeviceAddress>& address);
    void program(const Block& block, std::string_view key, const std::optional<std::string>& command,
                 RunBy who);
    void readable(const Block& block, std::string_view key, const std::optional<std::string>& path,
                  RunBy who);
    void service(const VirtualServer& service, const Block& block);
    void ping(const VirtualServer& service, const Block& block);

    const Checked& file_;
    const Block& root_;
    std::set<std::string> said_;  ///< each is worth one line, however often the file names it
    bool ping_said_ = false;
};

void PresenceCheck::device(const Block& block, std::string_view key,
                           const std::optional<DeviceAddress>& address) {
    if (!address || !file_.has(block, key)) return;
    const auto name = address->base_device();
    if (file_.lookups.device(name) || !said_.insert("device " + name).second) return;
    file_.report.warning(file_.word_place(block, key, 1), "this machine has no device " + quoted(name),
                         "the address cannot be raised before there is one; ip link shows what there is");
}

void PresenceCheck::program(const Block& block, std::string_view key,
                            const std::optional<std::string>& command, RunBy who) {
    if (!command || !file_.has(block, key)) return;
    const auto words = split_words(*command);
    if (words.empty() || !said_.insert("program " + std::string(words.front())).second) return;
    if (const auto why = file_.lookups.cannot_run(words.front(), who))
        file_.report.warning(file_.word_place(block, key, 0),
                             quoted(key) + " cannot be run: " + quoted(words.front()), *why);
}

void PresenceCheck::readable(const Block& block, std::string_view key, const std::optional<std::string>& path,
                             RunBy who) {
    if (!path || !file_.has(block, key) || !said_.insert("file " + *path).second) return;
    if (const auto why = file_.lookups.cannot_read(*path, who))
        file_.report.warning(file_.word_place(block, key, 0),
                             quoted(key) + " cannot be read: " + quoted(*path), *why);
}

void PresenceCheck::ping(const VirtualServer& service, const Block& block) {
    if (ping_said_) return;
    const auto blocks = Document::blocks(block, BlockKind::server);
    for (std::size_t i = 0; i < service.servers.size(); ++i) {
        const auto& server = service.servers[i];
        if (!server.active || health::overridden(service.check, server.check).kind != CheckKind::icmp)
            continue;
        ping_said_ = true;
        if (const auto why = file_.lookups.cannot_ping())
            file_.report.warning(
                file_.place(file_.has(*blocks.at(i), "check") ? *blocks.at(i) : block, "check"),
                "check = icmp is not allowed on this machine", *why);
        return;
    }
}

void PresenceCheck::service(const VirtualServer& service, const Block& block) {
    device(block, "address", service.address);
    program(block, "send_program", service.send_program, RunBy::checks);
    program(block, "client_monitor", service.client_monitor, RunBy::pulse);
    if (service.load_monitor && service.load_monitor->starts_with('/'))
        program(block, "load_monitor", service.load_monitor, RunBy::checks);
    readable(block, "ca_file", service.check.ca_file, RunBy::pulse);
    ping(service, block);
}

void PresenceCheck::run() {
    const auto& config = file_.config;
    device(root_, "nat_router", config.nat_router);
    program(root_, "active_cmd", config.active_cmd, RunBy::pulse);
    program(root_, "inactive_cmd", config.inactive_cmd, RunBy::pulse);
    program(root_, "notify_cmd", config.notify_cmd, RunBy::pulse);
    readable(root_, "heartbeat_key_file", config.heartbeat_key_file, RunBy::pulse);
    const auto blocks = Document::blocks(root_, BlockKind::virtual_server);
    for (std::size_t i = 0; i < config.virtual_servers.size(); ++i)
        if (config.virtual_servers[i].active) service(config.virtual_servers[i], *blocks.at(i));
}

}  // namespace

void check_presence(const Checked& file) { PresenceCheck(file).run(); }

}  // namespace pulse::config
