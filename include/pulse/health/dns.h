#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/base/result.h"

namespace pulse::health {

/// The record types that a DNS check can ask for, with their numbers on the wire (RFC 1035, 3596, 2782).
enum class DnsType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    srv = 33,
};

inline constexpr std::string_view dns_types = "A AAAA CNAME MX NS PTR SOA SRV TXT";
[[nodiscard]] std::string_view name(DnsType type);
[[nodiscard]] std::optional<DnsType> dns_type(std::string_view name);

/// "NXDOMAIN"; "rcode 23" for one without a name.
[[nodiscard]] std::string rcode_name(int rcode);
[[nodiscard]] std::optional<int> rcode(std::string_view name);

/// Whether a query can be made for it: labels of at most 63 bytes, 255 in all.
[[nodiscard]] bool is_dns_name(std::string_view name);

/// A query with recursion desired, as one datagram. `name` must be a DNS name.
[[nodiscard]] std::string dns_query(std::uint16_t id, const std::string& name, DnsType type);

/// What a name server answered.
struct DnsAnswer {
    int rcode = 0;
    /// What the records of the type asked for say: the address, the name (of MX, SRV and SOA the host's), or
    /// the text. Names are in lower case, without the final dot.
    std::vector<std::string> records;
    bool truncated = false;  ///< there is more than fits into the datagram (TC): to be asked for over TCP

    friend bool operator==(const DnsAnswer&, const DnsAnswer&) = default;
};

/// What `DnsAnswer` says of a record that an operator writes as `written`: "WWW.Example.org." is
/// "www.example.org", "2001:DB8::0:1" is "2001:db8::1".
[[nodiscard]] std::string record_text(DnsType type, const std::string& written);

/// nullopt for a datagram that does not answer that query: another id, another question, or no answer at all.
/// An error for one that does and is malformed.
[[nodiscard]] std::optional<Result<DnsAnswer>> dns_answer(std::string_view datagram, std::uint16_t id,
                                                          const std::string& name, DnsType type);

}  // namespace pulse::health
