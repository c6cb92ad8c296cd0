#include "pulse/director/record.h"

#include <optional>

#include "pulse/base/text.h"

namespace pulse::director {

namespace {

constexpr std::string_view family_six = "IPv6";
constexpr std::string_view family_four = "IPv4";

std::optional<ipvs::ServiceId> marked(std::string_view number, std::string_view family) {
    const auto mark = parse_decimal<std::uint32_t>(number);
    if (!mark || *mark == 0 || (family != family_four && family != family_six)) return std::nullopt;
    return ipvs::ServiceId::marked(net::FirewallMark{*mark},
                                   family == family_six ? net::Family::v6 : net::Family::v4);
}

std::optional<ipvs::ServiceId> addressed(std::string_view protocol, std::string_view address,
                                         std::string_view port) {
    const auto where = net::IpAddress::parse(address);
    const auto number = parse_decimal<std::uint16_t>(port);
    if (!where || !number) return std::nullopt;
    for (const auto known : {net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp})
        if (protocol == net::name(known)) return ipvs::ServiceId::at(known, {*where, net::Port{*number}});
    return std::nullopt;
}

}  // namespace

std::string to_text(const Record& record) {
    std::string text = "boot " + record.boot + "\n";
    for (const auto& id : record.services) {
        if (id.is_mark())
            text += "mark " + std::to_string(id.mark.number) + " " +
                    std::string(id.family == net::Family::v6 ? family_six : family_four) + "\n";
        else
            text += std::string(net::name(id.protocol)) + " " + id.endpoint.address.to_string() + " " +
                    std::to_string(id.endpoint.port.number) + "\n";
    }
    if (record.marks) text += "marks\n";
    return text;
}

Record record_from(std::string_view text) {
    Record record;
    for (const auto line : split(text, '\n')) {
        const auto words = split_words(line);
        if (line == "marks") record.marks = true;
        if (words.size() == 2 && words[0] == "boot") record.boot = words[1];
        if (words.size() != 3) continue;
        const auto id =
            words[0] == "mark" ? marked(words[1], words[2]) : addressed(words[0], words[1], words[2]);
        if (id) record.services.insert(*id);
    }
    return record;
}

}  // namespace pulse::director
