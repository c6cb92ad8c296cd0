#include "values.h"

#include <algorithm>

#include "pulse/base/text.h"

#include "access.h"
#include "address_hint.h"
#include "suggest.h"

namespace pulse::config {

bool Values::exactly(std::size_t count) {
    if (size() < count) {
        report_.error(
            document_.place(entry_.equals.value_or(entry_.key)), "missing arguments",
            count == 1 ? quoted(key_.name) + " needs a value" : "an address and a device are needed");
        return false;
    }
    if (size() > count) {
        std::string hint = count == 1 ? "a value with blanks needs quotes" : "";
        for (std::size_t at = 0; at < size(); ++at)
            if (const auto pasted = pasted_hint((*this)[at]); !pasted.empty()) hint = pasted;
        error(count, "unexpected arguments", hint);
        return false;
    }
    return true;
}

std::optional<std::string_view> Values::only() {
    if (!exactly(1)) return std::nullopt;
    return (*this)[0];
}

void Values::error(std::size_t at, std::string_view text, std::string hint) {
    if (const auto pasted = pasted_hint((*this)[at]); !pasted.empty()) hint = pasted;
    report_.error(document_.place(entry_.values[at]), std::string(text) + ": " + quoted((*this)[at]),
                  std::move(hint));
}

void Values::warning(std::size_t at, std::string_view text, std::string hint) {
    report_.warning(document_.place(entry_.values[at]), std::string(text) + ": " + quoted((*this)[at]),
                    std::move(hint));
}

std::vector<Listed> listed(const Values& values) {
    std::vector<Listed> all;
    for (std::size_t at = 0; at < values.size(); ++at)
        for (const auto word : split(values[at], ','))
            if (!word.empty()) all.push_back({.at = at, .word = word});
    return all;
}

namespace {

/// A number that C reads in base eight, to the surprise of whoever padded it with zeros.
void warn_of_octal(Values& values, long long number) {
    const auto as_decimal = parse_decimal<long long>(values[0]);
    if (as_decimal && *as_decimal != number)
        values.warning(0, "a leading zero makes the number octal",
                       "this is read as " + std::to_string(number));
}

/// Whether it is a decimal number, however large.
bool is_decimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() && !text.starts_with('0') &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What to say of digits that are no number after all.
std::string octal_hint(std::string_view text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    return digits ? "a leading zero makes a number octal, which has no digits 8 and 9; leave it away" : "";
}

std::string range_hint(long long lowest, long long highest) {
    if (highest == std::numeric_limits<long long>::max()) return {};
    return "it must be within " + std::to_string(lowest) + " and " + std::to_string(highest);
}

}  // namespace

std::optional<long long> read_integer(Values& values, long long lowest, long long highest) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    const auto number = parse_c_integer(*text);
    const bool too_large = !number && is_decimal(*text);
    if (!number && !too_large) {
        values.error(0, "integer expected", octal_hint(*text));
        return std::nullopt;
    }
    if (too_large || *number < lowest || *number > highest) {
        values.error(0, "integer out of range", range_hint(lowest, highest));
        return std::nullopt;
    }
    warn_of_octal(values, *number);
    return number;
}

namespace {

constexpr const char* how_to_say_yes = "write 1 for yes or 0 for no";

}  // namespace

std::optional<bool> read_flag(Values& values) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    if (const auto number = parse_c_integer(*text)) return *number != 0;
    values.error(0, "integer expected", how_to_say_yes);
    return std::nullopt;
}

std::optional<bool> read_boolean(Values& values) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    const auto number = parse_c_integer(*text);
    if (number == 0 || number == 1) return number == 1;
    values.error(0, number ? "boolean expected" : "integer expected", how_to_say_yes);
    return std::nullopt;
}

std::optional<std::string> read_word(Values& values) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    if (const auto pasted = pasted_hint(*text); !pasted.empty())
        values.warning(0, "text that is hardly meant like that", std::string(pasted));
    return std::string(*text);
}

std::optional<std::vector<std::string>> read_list(Values& values) {
    const auto count = values.size();
    if (count == 0) {
        (void)values.exactly(1);
        return std::nullopt;
    }
    if (count < 2 || values[0] != "[" || values[count - 1] != "]") {
        values.error(values[0] == "[" ? count - 1 : 0, "list expected",
                     "write the brackets as words of their own: [ a b ]");
        return std::nullopt;
    }
    std::vector<std::string> items;
    for (std::size_t at = 1; at + 1 < count; ++at) items.emplace_back(values[at]);
    return items;
}

std::optional<net::IpAddress> read_host(Values& values, std::size_t at) {
    if (const auto address = net::IpAddress::parse_lenient(values[at])) return address;
    auto hint = address_hint(values[at]);
    if (hint.empty()) {
        const auto address = values.lookups().host(values[at]);
        if (address) return *address;
        hint = "no address, and as a host name: " + address.error().message();
    }
    values.error(at, "invalid argument", std::move(hint));
    return std::nullopt;
}

std::optional<std::vector<net::IpAddress>> read_addresses(Values& values) {
    if (values.size() == 0) {
        (void)values.exactly(1);
        return std::nullopt;
    }
    std::vector<net::IpAddress> addresses;
    for (std::size_t at = 0; at < values.size(); ++at) {
        const auto address = net::IpAddress::parse_lenient(values[at]);
        const auto hint = address ? std::string() : address_hint(values[at]);
        if (address)
            addresses.push_back(*address);
        else
            values.error(at, "invalid host name or ip address",
                         hint.empty() ? "names are not allowed here" : hint);
    }
    if (addresses.size() < values.size()) return std::nullopt;
    return addresses;
}

namespace {

/// The original asked for TCP alone, so a name that only TCP has is taken for the other protocols too.
std::optional<net::Port> named_port(Values& values, std::string_view name) {
    using net::Protocol;
    const auto& ask = values.lookups().service;
    const auto own = values.protocol;
    if (const auto port = ask(name, own)) return port;
    const auto port_of = [](net::Port port) { return "port " + std::to_string(port.number); };
    if (const auto port = own == Protocol::tcp ? std::nullopt : ask(name, Protocol::tcp)) {
        values.warning(0, "the name of a port for tcp alone",
                       port_of(*port) + " is taken; write the number if it is meant for " +
                           std::string(net::name(own)) + " too");
        return port;
    }
    std::string hint = "neither a port number nor the name of one for " + std::string(net::name(own));
    for (const auto other : {Protocol::udp, Protocol::sctp})
        if (const auto port = other == own ? std::nullopt : ask(name, other))
            hint = port_of(*port) + " has that name for " + std::string(net::name(other)) +
                   " alone; write the number, or say protocol = " + std::string(net::name(other));
    values.error(0, "invalid argument", hint);
    return std::nullopt;
}

}  // namespace

std::optional<net::Port> read_port(Values& values) {
    const auto text = values.only();
    if (!text) return std::nullopt;
    if (!parse_c_integer(*text) && !is_decimal(*text)) {
        const auto octal = octal_hint(*text);
        if (octal.empty()) return named_port(values, *text);
        values.error(0, "invalid argument", octal);
        return std::nullopt;
    }
    const auto number = read_integer(values, 0, std::numeric_limits<std::uint16_t>::max());
    if (!number) return std::nullopt;
    return net::Port{static_cast<std::uint16_t>(*number)};
}

std::optional<net::Netmask> read_mask(Values& values) {
    if (const auto mask = net::Netmask::parse(values[0], values.mask_family)) return mask;
    const auto address = net::IpAddress::parse_lenient(values[0]);
    if (!address || address->family() != values.mask_family) return std::nullopt;
    return net::Netmask::parse(address->to_string(), values.mask_family);
}

std::optional<std::size_t> read_choice(Values& values) {
    const auto text = values.only();
    return text ? read_choice(values, 0, *text) : std::nullopt;
}

std::optional<std::size_t> read_choice(Values& values, std::size_t at, std::string_view word) {
    const auto choices = split_words(values.key().choices);
    const auto found = std::ranges::find(choices, word);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    const auto meant = nearest(word, choices);
    values.error(at, "invalid argument",
                 (meant.empty() ? "" : "did you mean " + quoted(meant) + "? ") + "the choices are " +
                     std::string(values.key().choices));
    return std::nullopt;
}

std::vector<std::string> words(const net::IpAddress& address) {
    if (address.is_unspecified()) return {};
    return {address.to_string()};
}

std::vector<std::string> words(const std::vector<net::IpAddress>& addresses) {
    std::vector<std::string> out;
    out.reserve(addresses.size());
    for (const auto& address : addresses) out.push_back(address.to_string());
    return out;
}

std::vector<std::string> words(const std::vector<std::string>& list) {
    if (list.empty()) return {};
    std::vector<std::string> out{"["};
    out.insert(out.end(), list.begin(), list.end());
    out.emplace_back("]");
    return out;
}

}  // namespace pulse::config
