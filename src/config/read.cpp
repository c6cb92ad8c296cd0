#include "pulse/config/read.h"

#include <algorithm>
#include <map>

#include "pulse/config/document.h"

#include "checks.h"
#include "limits.h"
#include "rules.h"
#include "unknown_key.h"
#include "values.h"

namespace pulse::config {

namespace {

/// Whether the entry's value is a mask. Those are read last: a prefix length needs the address's family.
bool is_mask(const Document& document, const Entry& entry, Section section) {
    const auto* key = find_key(section, document.value(entry.key));
    return key && key->type == ValueType::mask;
}

/// What an entry's meaning depends on besides its own words.
struct Around {
    net::Family mask_family = net::Family::v4;
    net::Protocol protocol = net::Protocol::tcp;
};

class Reader {
  public:
    Reader(const Document& document, const Lookups& lookups, Report& report)
        : document_(document), lookups_(lookups), report_(report) {}

    Config file();

    /// Whether there was any key or block of ours.
    [[nodiscard]] bool recognised() const { return recognised_; }

  private:
    template <class Owner>
    void entry(const Entry& entry, Section section, Owner& owner, const Around& around = {});
    template <class Owner>
    void masks(const Block& block, Section section, Owner& owner,
               const std::optional<DeviceAddress>& address);
    void unknown(const Entry& entry, Section section);
    void duplicates(const Block& block);
    VirtualServer virtual_server(const Block& block);
    [[nodiscard]] net::Protocol protocol_in(const Block& block) const;
    RealServer server(const Block& block, net::Port port, net::Protocol protocol);
    void sysctls(const Block& block, Sysctls& out);
    void check(const Config& config);

    const Document& document_;
    const Lookups& lookups_;
    Report& report_;
    bool recognised_ = false;
    int unknown_ = 0;  ///< keys so far
};

void Reader::unknown(const Entry& entry, Section section) {
    const auto name = document_.value(entry.key);
    report_.error(document_.place(entry.key), "unknown command: " + quoted(name),
                  ++unknown_ <= most_suggestions ? unknown_key_hint(section, name) : std::string());
}

template <class Owner>
void Reader::entry(const Entry& entry, Section section, Owner& owner, const Around& around) {
    const auto* key = find_key(section, document_.value(entry.key));
    if (!key) return unknown(entry, section);
    if (!entry.equals)
        return report_.error(document_.place(entry.values.empty() ? entry.key : entry.values.front()),
                             "equal (=) expected after command", std::string(key->name) + " = VALUE");
    recognised_ = true;
    if (entry.broken) return;
    Values values(document_, entry, *key, lookups_, report_);
    values.mask_family = around.mask_family;
    values.protocol = around.protocol;
    std::get<Access<Owner>>(key->access).read(values, owner);
}

template <class Owner>
void Reader::masks(const Block& block, Section section, Owner& owner,
                   const std::optional<DeviceAddress>& address) {
    const Around around{.mask_family = address ? address->address.family() : net::Family::v4};
    for (const auto& statement : block.statements)
        if (const auto* mask = std::get_if<Entry>(&statement.content);
            mask && is_mask(document_, *mask, section))
            entry(*mask, section, owner, around);
}

void Reader::duplicates(const Block& block) {
    std::map<std::string_view, int> seen;
    for (const auto& statement : block.statements) {
        const auto* entry = std::get_if<Entry>(&statement.content);
        if (!entry) continue;
        const auto place = document_.place(entry->key);
        const auto [earlier, is_new] = seen.try_emplace(document_.value(entry->key), place.line);
        const auto* key = find_key(Section::global, document_.value(entry->key));
        if (!is_new && (key == nullptr || !key->repeats))
            report_.warning(place, quoted(earlier->first) + " is given more than once; the last one counts",
                            "the one before is on line " + std::to_string(earlier->second));
        earlier->second = place.line;
    }
}

/// Names of ports are those of the service's protocol, which may stand below them.
net::Protocol Reader::protocol_in(const Block& block) const {
    const auto* entry = document_.find(block, "protocol");
    if (entry && entry->values.size() == 1)
        for (const auto protocol : {net::Protocol::udp, net::Protocol::sctp})
            if (document_.value(entry->values.front()) == net::name(protocol)) return protocol;
    return net::Protocol::tcp;
}

RealServer Reader::server(const Block& block, net::Port port, net::Protocol protocol) {
    RealServer out;
    out.port = port;
    if (block.name) out.name = document_.value(*block.name);
    for (const auto& statement : block.statements)
        if (const auto* inner = std::get_if<Entry>(&statement.content))
            entry(*inner, Section::real_server, out, {.protocol = protocol});
    duplicates(block);
    return out;
}

void Reader::sysctls(const Block& block, Sysctls& out) {
    recognised_ = true;
    for (const auto& statement : block.statements)
        if (const auto* inner = std::get_if<Entry>(&statement.content)) entry(*inner, Section::sysctl, out);
    duplicates(block);
}

VirtualServer Reader::virtual_server(const Block& block) {
    recognised_ = true;
    VirtualServer out;
    if (block.name) out.name = document_.value(*block.name);
    const auto protocol = protocol_in(block);
    for (const auto& statement : block.statements) {
        if (const auto* inner = std::get_if<Block>(&statement.content)) {
            if (inner->kind == BlockKind::server) out.servers.push_back(server(*inner, out.port, protocol));
        } else if (const auto& plain = std::get<Entry>(statement.content);
                   !is_mask(document_, plain, Section::virtual_server)) {
            entry(plain, Section::virtual_server, out, {.protocol = protocol});
        }
    }
    masks(block, Section::virtual_server, out, out.address);
    duplicates(block);
    return out;
}

/// This machine's addresses, if one of them is a router's.
std::vector<OwnAddress> addresses_of_a_router(const Config& config, const Lookups& lookups) {
    auto own = lookups.own_addresses();
    const auto is_a_routers = [&](const OwnAddress& mine) {
        return mine.address == config.primary || mine.address == config.backup ||
               mine.address == config.primary_private || mine.address == config.backup_private;
    };
    if (std::ranges::none_of(own, is_a_routers)) own.clear();
    return own;
}

void Reader::check(const Config& config) {
    const Checked file{.config = config,
                       .document = document_,
                       .lookups = lookups_,
                       .report = report_,
                       .own_addresses = addresses_of_a_router(config, lookups_)};
    check_routers(file);
    if (file.on_router()) check_presence(file);
    const auto blocks = Document::blocks(document_.root(), BlockKind::virtual_server);
    for (std::size_t i = 0; i < config.virtual_servers.size(); ++i)
        check_service(file, config.virtual_servers[i], *blocks.at(i));
    check_clashes(file);
}

Config Reader::file() {
    Config out;
    for (const auto& statement : document_.root().statements) {
        const auto* block = std::get_if<Block>(&statement.content);
        if (!block) {
            const auto& plain = std::get<Entry>(statement.content);
            if (!is_mask(document_, plain, Section::global)) entry(plain, Section::global, out);
        } else if (block->kind == BlockKind::virtual_server) {
            out.virtual_servers.push_back(virtual_server(*block));
        } else if (block->kind == BlockKind::failover) {
            out.failover_services.push_back(virtual_server(*block));
        } else if (block->kind == BlockKind::sysctl) {
            sysctls(*block, out.sysctls);
        } else if (block->kind == BlockKind::server) {
            (void)server(
                *block, {},
                net::Protocol::tcp);  // refused where it stands, yet its own mistakes are worth telling
        }
    }
    masks(document_.root(), Section::global, out, out.nat_router);
    duplicates(document_.root());
    apply_rules(out, document_, report_);
    check(out);
    return out;
}

/// What to say of a file with many mistakes and not one line of ours.
Diagnostic no_lvs_cf(const std::vector<Diagnostic>& diagnostics) {
    auto first = *std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity);
    first.text += "; this does not look like an lvs.cf";
    first.hint = "not one line of the file is a key or block that lvs.cf has";
    return first;
}

}  // namespace

std::vector<Diagnostic> missing(const Config& config) {
    Report report;
    if (config.service == ServiceKind::fos)
        report.warning({}, "pulse does not run failover services",
                       "service = lvs is the kind it runs; it will not start with fos");
    else if (std::ranges::none_of(config.virtual_servers, &VirtualServer::active))
        report.warning({}, "no virtual is active",
                       "pulse will not start without one: virtual NAME { … active = 1 … }");
    if (!config.primary)
        report.warning({}, "primary is not set",
                       "pulse knows by that address which of the two routers it runs on");
    return std::move(report).sorted();
}

Reading read(std::string_view text, const Lookups& lookups) {
    auto parsed = parse(text);
    if (parsed.given_up) return {.config = {}, .diagnostics = std::move(parsed.diagnostics), .cut_off = {}};
    Report report(std::move(parsed.diagnostics));
    Reader reader(parsed.document, lookups, report);
    auto config = reader.file();
    auto diagnostics = std::move(report).sorted();
    if (!reader.recognised() && parsed.foreign)
        diagnostics = {*parsed.foreign};
    else if (!reader.recognised() &&
             std::ranges::count(diagnostics, Severity::error, &Diagnostic::severity) > 1)
        diagnostics = {no_lvs_cf(diagnostics)};
    return {.config = std::move(config),
            .diagnostics = std::move(diagnostics),
            .cut_off = std::move(parsed.cut_off)};
}

}  // namespace pulse::config
