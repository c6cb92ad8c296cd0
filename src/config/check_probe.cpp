#include <algorithm>

#include "pulse/base/escape.h"
#include "pulse/base/expression.h"
#include "pulse/health/check.h"

#include "checks.h"

namespace pulse::config {

namespace {

using health::CheckKind;

class ProbeCheck {
  public:
    ProbeCheck(const Checked& file, const VirtualServer& service, const Block& block)
        : file_(file), service_(service), block_(block) {}

    void run() {
        classic_keys();
        check(block_, service_.check);
        const auto blocks = Document::blocks(block_, BlockKind::server);
        for (std::size_t i = 0; i < service_.servers.size(); ++i)
            if (service_.servers[i].active && service_.servers[i].check != health::CheckOptions())
                check(*blocks.at(i), health::overridden(service_.check, service_.servers[i].check));
        needs();
    }

  private:
    void warn(const Block& block, std::string_view key, std::string text, std::string hint = {}) {
        file_.report.warning(file_.place(block, key), std::move(text), std::move(hint));
    }

    /// All kinds that its servers are checked by.
    [[nodiscard]] std::vector<CheckKind> kinds() const {
        std::vector<CheckKind> all;
        all.reserve(service_.servers.size() + 1);
        for (const auto& server : service_.servers)
            all.push_back(health::overridden(service_.check, server.check).kind.value_or(CheckKind::classic));
        if (all.empty()) all.push_back(service_.check.kind.value_or(CheckKind::classic));
        return all;
    }
    [[nodiscard]] bool none_is(std::initializer_list<CheckKind> wanted) const {
        return std::ranges::none_of(kinds(),
                                    [&](CheckKind kind) { return std::ranges::count(wanted, kind) > 0; });
    }

    void classic_keys() {
        using enum CheckKind;
        const auto without_effect = [&](std::string_view key, std::initializer_list<CheckKind> kinds) {
            if (file_.has(block_, key) && none_is(kinds))
                warn(block_, key, no_effect(key, this->kinds().front()));
        };
        without_effect("send", {classic, tcp, udp, tls});
        without_effect("expect", {classic, tcp, udp, tls, program});
        without_effect("send_program", {classic, program});
        without_effect("use_regex", {classic, tcp, udp, tls, http, https});
        escapes(block_, "send", service_.send);
        if (!service_.use_regex) escapes(block_, "expect", service_.expect);
        const bool output = service_.send_program && none_is({tcp, udp, tls});
        if (!output) expression(block_, "expect", service_.expect);
    }

    /// One block's keys; `options` are what is true for it.
    void check(const Block& block, const health::CheckOptions& options) {
        const auto kind = options.kind.value_or(CheckKind::classic);
        const bool judges = service_.expect || service_.send_program || service_.client_monitor;
        const bool udp =
            kind == CheckKind::udp || (kind == CheckKind::classic && service_.protocol == net::Protocol::udp);
        if (udp && !judges)
            warn(block, kind == CheckKind::udp ? "check" : "protocol", "a UDP service without expect",
                 "silence counts as up, so a dead real server stays; give send and expect, or send_program");
        const bool virtual_block = &block == &block_;
        const auto concerned = virtual_block ? kinds() : std::vector{kind};
        for (const auto& option : health::check_option_table())
            if (file_.has(block, option.name) &&
                std::ranges::none_of(concerned, [&](CheckKind each) { return option.concerns(each); }))
                warn(block, option.name, no_effect(option.name, kind));
        escapes(block, "check_body", options.body);
        if (file_.has(block, "check_body")) expression(block, "check_body", options.body);
        if (file_.has(block, "check_path") && options.path && !options.path->starts_with('/') &&
            *options.path != "*")
            warn(block, "check_path", "check_path does not begin with a slash");
        if (health::needs_tls(kind) && options.verify.value_or(true) && !options.host &&
            file_.has(block, "check"))
            warn(block, "check", "check = " + std::string(name(kind)) + " without check_host",
                 "the certificate must then be for the real server's address; name the site, or set "
                 "check_verify = 0");
        const auto checked = family(options);
        if (options.source && checked && options.source->family() != *checked)
            file_.report.error(file_.place(file_.has(block, "check_source") ? block : block_, "check_source"),
                               "check_source is not of the address family that is checked");
    }

    [[nodiscard]] static std::string no_effect(std::string_view key, CheckKind kind) {
        return quoted(key) + " has no effect with check = " + std::string(name(kind));
    }

    /// Of what is checked, as far as that is known.
    [[nodiscard]] std::optional<net::Family> family(const health::CheckOptions& options) const {
        if (options.address) return options.address->family();
        const auto active = std::ranges::find_if(service_.servers, &RealServer::active);
        if (active == service_.servers.end()) return std::nullopt;
        return active->address.family();
    }

    /// Whether the check is a connection. A program may find out by other means.
    [[nodiscard]] bool needs_port(const health::CheckOptions& options) const {
        if (service_.client_monitor) return false;
        const auto kind = options.kind.value_or(CheckKind::classic);
        if (kind == CheckKind::classic) return !service_.send_program;
        return kind != CheckKind::icmp && kind != CheckKind::program;
    }

    /// What makes a check impossible.
    void needs() {
        const auto blocks = Document::blocks(block_, BlockKind::server);
        for (std::size_t i = 0; i < service_.servers.size(); ++i) {
            const auto& server = service_.servers[i];
            if (!server.active) continue;
            health::NannySpec spec;
            spec.check = health::overridden(service_.check, server.check);
            spec.send_program = service_.send_program;
            const auto problem = health::problem(spec);
            if (problem) {
                const auto& block = file_.has(*blocks.at(i), "check") ? *blocks.at(i) : block_;
                file_.report.error(file_.place(block, "check"), *problem);
                return;  // the others have it from the same keys
            }
            if (!needs_port(spec.check) || spec.check.port.value_or(server.port) != net::Port{0}) continue;
            const auto& block = file_.has(*blocks.at(i), "port") ? *blocks.at(i) : block_;
            file_.report.error(file_.place(block, "port"), "no port to check: every check would fail",
                               "port 0 stands for every port of the service; say which one shows that a real "
                               "server is well: check_port = 80, or check = icmp");
            return;
        }
    }

    void escapes(const Block& block, std::string_view key, const std::optional<std::string>& text) {
        if (!file_.has(block, key) || (key == "check_body" && service_.use_regex)) return;
        const auto unknown = text ? unescape(*text).unknown : std::nullopt;
        if (!unknown) return;
        warn(block, key, "a backslash that begins no escape: " + quoted(text->substr(*unknown, 2)),
             "it stays as it is; nanny translates " + std::string(escape_sequences));
    }

    /// A regular expression that cannot be used would fail every check.
    void expression(const Block& block, std::string_view key, const std::optional<std::string>& text) {
        if (!text || !service_.use_regex) return;
        if (const auto compiled = Expression::compile(unescape(*text).text); !compiled)
            file_.report.error(file_.word_place(block, key, 0),
                               "bad regular expression: " + compiled.error().context,
                               "use_regex = 1 makes this an extended regular expression, regex(7)");
    }

    const Checked& file_;
    const VirtualServer& service_;
    const Block& block_;
};

}  // namespace

void check_probe(const Checked& file, const VirtualServer& service, const Block& block) {
    ProbeCheck(file, service, block).run();
}

}  // namespace pulse::config
