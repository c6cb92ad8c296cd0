#include <algorithm>

#include "pulse/base/text.h"

#include "access.h"
#include "key_rows.h"

namespace pulse::config {

namespace {

using O = health::CheckOptions;

/// How one member of CheckOptions is read and written, wherever they stand.
struct OptionAccess {
    void (*read)(Values& values, O& options);
    std::vector<std::string> (*write)(const O& options);
};

std::vector<std::string> spelled(health::CheckKind kind) { return {std::string(name(kind))}; }
std::vector<std::string> spelled(health::DnsType type) { return {std::string(name(type))}; }
std::vector<std::string> spelled(const health::StatusList& list) { return {list.to_string()}; }

template <class T>
std::vector<std::string> spelled(const T& value) {
    return words(value);
}

template <auto Member>
std::vector<std::string> write_option(const O& options) {
    const auto& value = options.*Member;
    return value ? spelled(*value) : std::vector<std::string>{};
}

template <auto Member>
constexpr OptionAccess option(void (*read)(Values&, O&)) {
    return {.read = read, .write = write_option<Member>};
}

template <auto Member, auto Read>
constexpr OptionAccess simple = option<Member>([](Values& values, O& options) {
    if (auto value = Read(values)) options.*Member = std::move(value);
});

template <auto Member>
constexpr OptionAccess address = option<Member>([](Values& values, O& options) {
    if (!values.only()) return;
    const auto read = read_host(values);
    if (!read) return;
    (options.*Member).reset();  // 0.0.0.0 is none
    if (!read->is_unspecified()) options.*Member = *read;
});

/// A part of a request.
template <auto Member>
constexpr OptionAccess plain_word = option<Member>([](Values& values, O& options) {
    const auto text = read_word(values);
    if (!text) return;
    if (!health::is_plain_word(*text))
        return values.error(0, "invalid argument", "it becomes part of a request: no blanks, ASCII alone");
    options.*Member = *text;
});

void read_kind(Values& values, O& options) {
    if (const auto index = read_choice(values)) options.kind = static_cast<health::CheckKind>(*index);
}

void read_type(Values& values, O& options) {
    if (const auto index = read_choice(values))
        options.type = health::dns_type(split_words(health::dns_types).at(*index));
}

void read_status(Values& values, O& options) {
    const auto text = values.only();
    if (!text) return;
    const auto list = health::StatusList::parse(*text);
    if (!list) return values.error(0, "invalid argument", "HTTP status codes and ranges: 200-399,401");
    options.status = *list;
}

void read_days(Values& values, O& options) {
    constexpr long long ten_years = 3650;
    if (const auto days = read_integer(values, 0, ten_years)) options.cert_warn = static_cast<int>(*days);
}

struct Row {
    std::string_view name;
    ValueType type;
    std::string_view choices;
    std::string_view example;
    std::string_view help;
    OptionAccess access;
};

constexpr std::array table{
    // clang-format off
    Row{"check", ValueType::choice, health::check_kinds, "http",
     "how a real server is checked; default: classic, by send, expect and send_program alone", option<&O::kind>(read_kind)},
    Row{"check_port", ValueType::port, "", "8080",
     "port to check; default: the real server's", simple<&O::port, read_port>},
    Row{"check_address", ValueType::host, "", "10.0.2.11",
     "address to check; default: the real server's", address<&O::address>},
    Row{"check_source", ValueType::host, "", "10.0.2.1",
     "local address to check from; default: the kernel's choice", address<&O::source>},
    Row{"check_method", ValueType::word, "", "HEAD",
     "http, https: the method of the request; default: GET", plain_word<&O::method>},
    Row{"check_path", ValueType::word, "", "/status",
     "http, https: the path of the request; default: /", plain_word<&O::path>},
    Row{"check_host", ValueType::word, "", "www.example.org",
     "http, https: the Host of the request; https, tls: the name to ask for (SNI), which the certificate must have; default: the address that is checked", plain_word<&O::host>},
    Row{"check_status", ValueType::word, "", "200,401",
     "http, https: the status codes that are good; default: 200-399", option<&O::status>(read_status)},
    Row{"check_body", ValueType::word, "", "ready",
     "http, https: text, or with use_regex an expression, that must be found in the body", simple<&O::body, read_word>},
    Row{"check_verify", ValueType::boolean, "", "0",
     "https, tls: whether a certificate that is not good fails the check; default: 1", simple<&O::verify, read_boolean>},
    Row{"ca_file", ValueType::word, "", "/etc/ssl/our-ca.pem",
     "https, tls: certificates of the authorities that are trusted, in PEM; default: whom the system trusts", simple<&O::ca_file, read_word>},
    Row{"check_cert_warn", ValueType::integer, "", "30",
     "https, tls: days before its end from which a certificate is warned of in the log; default: 14; 0 is never", option<&O::cert_warn>(read_days)},
    Row{"check_name", ValueType::word, "", "www.example.org",
     "dns: the name to ask for; smtp: what to call ourselves, by default localhost; mysql, postgresql: the user to log in as, by default pulse", plain_word<&O::name>},
    Row{"check_type", ValueType::choice, health::dns_types, "AAAA",
     "dns: the type of record to ask for; default: A", option<&O::type>(read_type)},
    Row{"check_answer", ValueType::word, "", "192.0.2.10",
     "dns: what one of the records must say, or the return code (NOERROR, NXDOMAIN, REFUSED ...) that is good; default: any record", simple<&O::answer, read_word>},
    // clang-format on
};

template <class Owner, std::size_t at>
constexpr Access<Owner> access_of{
    .read = [](Values& values, Owner& owner) { table[at].access.read(values, owner.check); },
    .write = [](const Key&, const Owner& owner) { return table[at].access.write(owner.check); }};

template <class Owner, std::size_t... each>
std::vector<Key> rows(Section section, std::index_sequence<each...>) {
    return {Key{section, table[each].name, table[each].type, table[each].choices, "", table[each].example,
                "nanny", table[each].help, access_of<Owner, each>}...};
}

}  // namespace

std::vector<Key> probe_keys(Section section) {
    constexpr auto all = std::make_index_sequence<table.size()>();
    return section == Section::virtual_server ? rows<VirtualServer>(section, all)
                                              : rows<RealServer>(section, all);
}

}  // namespace pulse::config
