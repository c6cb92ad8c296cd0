#include "pulse/health/dns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <arpa/nameser.h>

#include "pulse/base/text.h"
#include "pulse/net/ip_address.h"

namespace pulse::health {

namespace {

struct TypeName {
    std::string_view name;
    DnsType type;
};

/// In the order of `dns_types`.
constexpr std::array type_names{
    TypeName{"A", DnsType::a},     TypeName{"AAAA", DnsType::aaaa}, TypeName{"CNAME", DnsType::cname},
    TypeName{"MX", DnsType::mx},   TypeName{"NS", DnsType::ns},     TypeName{"PTR", DnsType::ptr},
    TypeName{"SOA", DnsType::soa}, TypeName{"SRV", DnsType::srv},   TypeName{"TXT", DnsType::txt},
};

constexpr std::array<std::string_view, 6> rcode_names{"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};

constexpr std::size_t header_size = 12;

using WireName = std::array<unsigned char, NS_MAXCDNAME>;

/// The name's length on the wire; 0 if it is none.
std::size_t encode(std::string_view name, WireName& wire) {
    const std::string terminated(name);
    if (name.empty() || terminated.find('\0') != std::string::npos ||
        ::ns_name_pton(terminated.c_str(), wire.data(), wire.size()) < 0)
        return 0;
    std::size_t length = 0;
    while (wire.at(length) != 0) length += 1U + wire.at(length);
    return length + 1;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string canonical(std::string name) {
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name.ends_with('.')) name.pop_back();
    return name.empty() ? "." : name;  // the root
}

/// The name at `at` within the message, as `DnsAnswer` has names.
std::optional<std::string> name_at(const ns_msg& message, const unsigned char* at) {
    std::array<char, NS_MAXDNAME> text{};
    if (::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), at, text.data(), text.size()) < 0)
        return std::nullopt;
    return canonical(text.data());
}

/// As `ns_parserr` spells a name that an operator wrote.
std::string text_of_name(std::string_view name) {
    WireName wire{};
    std::array<char, NS_MAXDNAME> text{};
    if (encode(name, wire) == 0 || ::ns_name_ntop(wire.data(), text.data(), text.size()) < 0) return {};
    return text.data();
}

/// The strings of a TXT record, joined.
std::optional<std::string> text_of(std::string_view data) {
    std::string text;
    while (!data.empty()) {
        const auto length = static_cast<unsigned char>(data.front());
        if (data.size() < 1U + length) return std::nullopt;
        text += data.substr(1, length);
        data.remove_prefix(1U + length);
    }
    return text;
}

/// What the record says; nullopt if its data are not what its type has.
std::optional<std::string> said(const ns_msg& message, const ns_rr& record, DnsType type) {
    const std::string_view data(reinterpret_cast<const char*>(ns_rr_rdata(record)), ns_rr_rdlen(record));
    const auto name_after = [&](std::size_t skipped) {
        return data.size() > skipped ? name_at(message, ns_rr_rdata(record) + skipped) : std::nullopt;
    };
    switch (type) {
        case DnsType::a:
            if (data.size() != 4) return std::nullopt;
            return net::IpAddress::from_bytes(net::Family::v4, {ns_rr_rdata(record), 4}).to_string();
        case DnsType::aaaa:
            if (data.size() != 16) return std::nullopt;
            return net::IpAddress::from_bytes(net::Family::v6, {ns_rr_rdata(record), 16}).to_string();
        case DnsType::ns:
        case DnsType::cname:
        case DnsType::ptr:
        case DnsType::soa:
            return name_after(0);
        case DnsType::mx:
            return name_after(2);  // the preference
        case DnsType::srv:
            return name_after(6);  // priority, weight, port
        case DnsType::txt:
            return text_of(data);
    }
    return std::nullopt;
}

/// A truncated answer (TC) as far as its question: who cuts in the middle of a record may count it still.
/// nullopt if it is none.
std::optional<std::string> without_records(std::string_view datagram) {
    const auto* const begin = bytes_of(datagram);
    const auto* const end = begin + datagram.size();
    const auto* at = begin + header_size;
    constexpr std::ptrdiff_t type_and_class = 4;
    const bool truncated = (begin[2] & 0x02U) != 0;
    if (!truncated || ::ns_name_skip(&at, end) != 0 || end - at < type_and_class) return std::nullopt;
    std::string cut(datagram.substr(0, static_cast<std::size_t>(at - begin + type_and_class)));
    constexpr std::string_view one_question("\0\1\0\0\0\0\0\0", 8);
    cut.replace(header_size - one_question.size(), one_question.size(), one_question);
    return cut;
}

Result<DnsAnswer> answer_of(ns_msg& message, DnsType type) {
    DnsAnswer answer{.rcode = ns_msg_getflag(message, ns_f_rcode),
                     .records = {},
                     .truncated = ns_msg_getflag(message, ns_f_tc) != 0};
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        ns_rr record{};
        if (::ns_parserr(&message, ns_s_an, i, &record) != 0) {
            if (answer.truncated) return answer;  // in the middle of a record, as some do it
            return fail(std::errc::bad_message, "malformed answer");
        }
        if (static_cast<std::uint16_t>(ns_rr_type(record)) != static_cast<std::uint16_t>(type)) continue;
        auto text = said(message, record, type);
        if (!text) return fail(std::errc::bad_message, "malformed record");
        answer.records.push_back(*std::move(text));
    }
    return answer;
}

}  // namespace

std::string_view name(DnsType type) {
    const auto* found = std::ranges::find(type_names, type, &TypeName::type);
    return found == type_names.end() ? "?" : found->name;
}

std::optional<DnsType> dns_type(std::string_view name) {
    const auto* found = std::ranges::find(type_names, name, &TypeName::name);
    return found == type_names.end() ? std::nullopt : std::optional(found->type);
}

std::string rcode_name(int rcode) {
    const auto at = static_cast<std::size_t>(rcode);
    return at < rcode_names.size() ? std::string(rcode_names.at(at)) : "rcode " + std::to_string(rcode);
}

std::optional<int> rcode(std::string_view name) {
    const auto* found = std::ranges::find(rcode_names, name);
    if (found == rcode_names.end()) return std::nullopt;
    return static_cast<int>(found - rcode_names.begin());
}

bool is_dns_name(std::string_view name) {
    WireName wire{};
    return encode(name, wire) > 0;
}

std::string dns_query(std::uint16_t id, const std::string& name, DnsType type) {
    WireName wire{};
    const auto length = encode(name, wire);
    const auto number = static_cast<std::uint16_t>(type);
    std::string query;
    const auto put16 = [&](unsigned value) {
        query += static_cast<char>(value >> 8U);
        query += static_cast<char>(value & 0xffU);
    };
    put16(id);
    put16(0x0100);  // recursion desired
    put16(1);       // questions
    for (int section = 0; section < 3; ++section) put16(0);
    query.append(reinterpret_cast<const char*>(wire.data()), length);
    put16(number);
    put16(ns_c_in);
    return query;
}

std::string record_text(DnsType type, const std::string& written) {
    if (type == DnsType::txt) return written;
    if (type != DnsType::a && type != DnsType::aaaa) return canonical(written);
    const auto address = net::IpAddress::parse(written);
    return address ? address->to_string() : written;
}

std::optional<Result<DnsAnswer>> dns_answer(std::string_view datagram, std::uint16_t id,
                                            const std::string& name, DnsType type) {
    if (datagram.size() < header_size) return std::nullopt;
    const auto* bytes = bytes_of(datagram);
    const bool answers = (bytes[0] << 8U | bytes[1]) == id && (bytes[2] & 0x80U) != 0;
    if (!answers) return std::nullopt;
    ns_msg message{};
    std::optional<std::string> cut;
    if (::ns_initparse(bytes, static_cast<int>(datagram.size()), &message) != 0) {
        cut = without_records(datagram);
        if (!cut || ::ns_initparse(bytes_of(*cut), static_cast<int>(cut->size()), &message) != 0)
            return fail(std::errc::bad_message, "malformed answer");
    }
    // A name server that understood nothing (FORMERR) may leave the question out.
    if (ns_msg_count(message, ns_s_qd) == 0) return answer_of(message, type);
    ns_rr question{};
    if (::ns_parserr(&message, ns_s_qd, 0, &question) != 0)
        return fail(std::errc::bad_message, "malformed answer");
    const bool same = canonical(ns_rr_name(question)) == canonical(text_of_name(name)) &&
                      static_cast<std::uint16_t>(ns_rr_type(question)) == static_cast<std::uint16_t>(type);
    if (!same) return std::nullopt;
    return answer_of(message, type);
}

}  // namespace pulse::health
