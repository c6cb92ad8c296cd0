#include "pulse/failover/address_record.h"

#include <optional>

#include "pulse/base/text.h"

namespace pulse::failover {

namespace {

std::optional<AddedAddress> added_from(std::string_view line) {
    const auto words = split_words(line);
    if (words.size() != 2) return std::nullopt;
    const auto network = split(words[0], '/');
    if (network.size() != 2) return std::nullopt;
    const auto address = net::IpAddress::parse(network[0]);
    const auto length = parse_decimal<int>(network[1]);
    if (!address || !length || *length < 0 || *length > net::address_bits(address->family()))
        return std::nullopt;
    return AddedAddress{.device = std::string(words[1]), .address = *address, .prefix_length = *length};
}

}  // namespace

std::string to_text(const AddressRecord& record, std::string_view boot) {
    auto text = "boot " + std::string(boot) + "\n";
    for (const auto& added : record)
        text +=
            added.address.to_string() + "/" + std::to_string(added.prefix_length) + " " + added.device + "\n";
    return text;
}

AddressRecord parse_record(std::string_view text, std::string_view boot) {
    AddressRecord record;
    const auto head = text.substr(0, text.find('\n'));
    if (head != "boot " + std::string(boot)) return record;
    for (const auto line : split(text, '\n'))
        if (auto added = added_from(line)) record.insert(std::move(*added));
    return record;
}

}  // namespace pulse::failover
