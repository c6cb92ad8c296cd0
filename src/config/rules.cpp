#include "rules.h"

namespace pulse::config {

namespace {

/// Without primary_private both private addresses are the public ones, whatever backup_private says.
void private_addresses(Config& config, const Document& document, Report& report) {
    const auto& root = document.root();
    const auto* backup_private = document.find(root, "backup_private");
    if (const auto* primary_private = document.find(root, "primary_private")) {
        if (!backup_private && config.backup)
            report.warning(document.place(primary_private->key), "primary_private without backup_private",
                           "heartbeats use the public addresses only");
        return;
    }
    if (!document.find(root, "primary")) return;
    if (backup_private)
        report.warning(document.place(backup_private->key),
                       "backup_private without primary_private is ignored",
                       "the backup's private address is its public one");
    config.primary_private = config.primary;
    config.backup_private = config.backup;
}

/// Whether the file leaves the backup out, or says 0.0.0.0. An address that could not be read is another
/// mistake.
bool backup_undefined(const Config& config, const Document& document) {
    const auto* key = document.find(document.root(), "backup");
    if (!key) return true;
    if (config.backup || key->values.size() != 1) return false;
    const auto address = net::IpAddress::parse_lenient(document.value(key->values.front()));
    return address && address->is_unspecified();
}

void backup_active(Config& config, const Document& document, Report& report) {
    const auto* key = document.find(document.root(), "backup_active");
    if (!key || !config.backup_active || !backup_undefined(config, document)) return;
    report.warning(document.place(key->key), "Undefined backup node marked as active? -- clearing that!",
                   "give the backup's address, or set backup_active = 0");
    config.backup_active = false;
}

}  // namespace

void apply_rules(Config& config, const Document& document, Report& report) {
    private_addresses(config, document, report);
    backup_active(config, document, report);
}

}  // namespace pulse::config
