#include "pulse/health/check_options.h"

#include <algorithm>
#include <array>
#include <limits>

#include "pulse/base/text.h"

namespace pulse::health {

namespace {

using O = CheckOptions;

constexpr unsigned all = ~0U;

constexpr unsigned kinds(std::same_as<CheckKind> auto... each) {
    return ((1U << static_cast<unsigned>(each)) | ...);
}
constexpr auto web = kinds(CheckKind::http, CheckKind::https);
constexpr auto encrypted = kinds(CheckKind::https, CheckKind::tls);
constexpr auto networked = all & ~kinds(CheckKind::program);

std::string written(const std::string& text) { return text; }
std::string written(bool on) { return on ? "1" : "0"; }
std::string written(int number) { return std::to_string(number); }
std::string written(net::Port port) { return std::to_string(port.number); }
std::string written(const net::IpAddress& address) { return address.to_string(); }
std::string written(const StatusList& list) { return list.to_string(); }
std::string written(CheckKind kind) { return std::string(name(kind)); }
std::string written(DnsType type) { return std::string(name(type)); }

void understand(const std::string& text, std::optional<std::string>& out) { out = text; }
void understand(const std::string& text, std::optional<bool>& out) {
    if (text == "0" || text == "1") out = text == "1";
}
void understand(const std::string& text, std::optional<int>& out) {
    if (const auto number = parse_decimal<int>(text); number && *number >= 0) out = number;
}
void understand(const std::string& text, std::optional<net::Port>& out) {
    if (const auto number = parse_decimal<std::uint16_t>(text)) out = net::Port{*number};
}
void understand(const std::string& text, std::optional<net::IpAddress>& out) {
    if (const auto address = net::IpAddress::parse(text)) out = *address;
}
void understand(const std::string& text, std::optional<StatusList>& out) { out = StatusList::parse(text); }
void understand(const std::string& text, std::optional<CheckKind>& out) { out = check_kind(text); }
void understand(const std::string& text, std::optional<DnsType>& out) { out = dns_type(text); }

template <auto Member>
std::optional<std::string> write(const O& options) {
    const auto& value = options.*Member;
    return value ? std::optional(written(*value)) : std::nullopt;
}

template <auto Member>
bool read(O& options, const std::string& text) {
    (options.*Member).reset();
    understand(text, options.*Member);
    return (options.*Member).has_value();
}

/// Text that becomes part of a line of a request.
template <auto Member>
bool read_word(O& options, const std::string& text) {
    options.*Member = text;
    return is_plain_word(text);
}

template <auto Member>
constexpr CheckOption row(std::string_view name, std::string_view value, std::string_view help,
                          unsigned kinds, bool (*reader)(O&, const std::string&) = read<Member>) {
    return {name, value, help, kinds, write<Member>, reader};
}

using enum CheckKind;
constexpr std::array table{
    row<&O::kind>("check", "KIND", "how to check: classic, tcp, http, ... (classic)", all),
    row<&O::port>("check_port", "N", "port to check (that of the real server)", all),
    row<&O::address>("check_address", "IP", "address to check (that of the real server)", all),
    row<&O::source>("check_source", "IP", "local address to check from", networked),
    row<&O::method>("check_method", "WORD", "HTTP method (GET)", web, read_word<&O::method>),
    row<&O::path>("check_path", "PATH", "HTTP path (/)", web, read_word<&O::path>),
    row<&O::host>("check_host", "NAME", "HTTP host; name in the certificate", web | encrypted,
                  read_word<&O::host>),
    row<&O::status>("check_status", "LIST", "good HTTP status codes (200-399)", web),
    row<&O::body>("check_body", "TEXT", "text that the HTTP body must contain", web),
    row<&O::verify>("check_verify", "0|1", "whether the certificate must be good (1)", encrypted),
    row<&O::ca_file>("ca_file", "PATH", "who may have signed the certificate (the system's)", encrypted),
    row<&O::cert_warn>("check_cert_warn", "DAYS", "warn of a certificate that ends this soon (14)",
                       encrypted),
    row<&O::name>("check_name", "NAME", "name to ask for (dns), to greet with (smtp), to log in as",
                  kinds(dns, smtp, mysql, postgresql), read_word<&O::name>),
    row<&O::type>("check_type", "TYPE", "type of DNS record (A)", kinds(dns)),
    row<&O::answer>("check_answer", "TEXT", "DNS record, or return code, that must be the answer",
                    kinds(dns)),
};

template <class T>
void take(std::optional<T>& value, const std::optional<T>& over) {
    if (over) value = over;
}

}  // namespace

bool is_plain_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::span<const CheckOption> check_option_table() { return table; }

CheckOptions overridden(const CheckOptions& service, const CheckOptions& server) {
    auto options = service;
    take(options.kind, server.kind);
    take(options.port, server.port);
    take(options.address, server.address);
    take(options.source, server.source);
    take(options.method, server.method);
    take(options.path, server.path);
    take(options.host, server.host);
    take(options.status, server.status);
    take(options.body, server.body);
    take(options.verify, server.verify);
    take(options.ca_file, server.ca_file);
    take(options.cert_warn, server.cert_warn);
    take(options.name, server.name);
    take(options.type, server.type);
    take(options.answer, server.answer);
    return options;
}

}  // namespace pulse::health
