#include "address_hint.h"

#include <algorithm>

#include "pulse/base/text.h"
#include "pulse/net/ip_address.h"

namespace pulse::config {

namespace {

using net::IpAddress;

constexpr std::string_view digits = "0123456789";

/// An address with something at one of its ends.
struct Adorned {
    IpAddress address;
    std::string_view rest;  ///< what follows it: "/24", ":80", "%eth1"
    bool bracketed = false;
};

std::optional<Adorned> adorned(std::string_view word) {
    if (word.starts_with('[')) {
        const auto close = word.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const auto inner = word.substr(1, close - 1);
        const auto address = IpAddress::parse(inner.substr(0, inner.find_first_of("/%")));
        if (!address) return std::nullopt;
        return Adorned{.address = *address, .rest = word.substr(close + 1), .bracketed = true};
    }
    const auto end = std::min(word.find_first_of("/%"), word.size());
    if (const auto address = IpAddress::parse(word.substr(0, end)))
        return Adorned{.address = *address, .rest = word.substr(end)};
    const auto colon = std::min(word.find(':'), word.size());
    if (const auto address = IpAddress::parse(word.substr(0, colon)); address && address->is_v4())
        return Adorned{.address = *address, .rest = word.substr(colon)};
    return std::nullopt;
}

/// Why digits and dots are no address.
std::string dotted_hint(std::string_view word) {
    const auto parts = split(word, '.');
    if (parts.size() != 4) return "an IPv4 address is four numbers with dots between: 10.0.0.10";
    for (const auto part : parts)
        if (const auto number = parse_decimal<long>(part); !part.empty() && (!number || *number > 255))
            return std::string(part) + " is more than 255, the most that a part of an IPv4 address can be";
    return "an IPv4 address is four numbers with dots between: 10.0.0.10";
}

}  // namespace

bool is_dotted_number(std::string_view word) {
    return word.find('.') != std::string_view::npos &&
           word.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string address_hint(std::string_view word) {
    if (is_dotted_number(word)) return dotted_hint(word);
    const auto found = adorned(word);
    if (!found) return {};
    const auto plain = found->address.to_string();
    if (found->rest.starts_with('/'))
        return "the address alone: " + plain +
               "; the mask of a floating address is vip_nmask, that of nat_router nat_nmask";
    if (found->rest.starts_with('%')) return "the address alone, without a device: " + plain;
    if (found->rest.starts_with(':'))
        return "the address alone: " + plain + "; the port has a key of its own";
    return found->bracketed ? "without brackets: " + plain : std::string();
}

std::string mask_hint(std::string_view word) {
    if (const auto found = adorned(word)) {
        const auto length = found->rest.starts_with('/') ? found->rest.substr(1) : std::string_view{};
        if (!length.empty() && length.find_first_not_of(digits) == std::string_view::npos)
            return "the mask alone, without the address: " + std::string(length);
        if (found->bracketed || !found->address.is_v4())
            return "this is an address; write the length of its network's prefix: 64, or 128 for a single "
                   "address";
        if (word.starts_with("255."))
            return "the bits of a mask are ones first, then zeros: 255.255.255.0, or the length of the "
                   "prefix: 24";
        return "this is an address; write the mask of its network, 255.255.255.0, or the length of the "
               "prefix: 24";
    }
    if (word.starts_with('/') && word.find_first_not_of(digits, 1) == std::string_view::npos &&
        word.size() > 1)
        return "without the slash: " + std::string(word.substr(1));
    if (is_dotted_number(word)) return dotted_hint(word);
    return "255.255.255.0, or the length of the prefix: 24";
}

}  // namespace pulse::config
