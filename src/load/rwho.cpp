#include "pulse/load/rwho.h"

#include <cstddef>
#include <cstdint>

#include <protocols/rwhod.h>

namespace pulse::load {

namespace {

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::optional<RwhoPacket> parse_rwho(std::string_view datagram) {
    constexpr auto load_at = offsetof(whod, wd_loadav);
    if (datagram.size() < offsetof(whod, wd_we)) return std::nullopt;
    if (datagram[0] != WHODVERSION || datagram[1] != WHODTYPE_STATUS) return std::nullopt;
    const auto name = datagram.substr(offsetof(whod, wd_hostname), sizeof(whod::wd_hostname));
    const auto hundredths = big_endian(datagram.substr(load_at, sizeof(std::uint32_t)));
    return RwhoPacket{.host = std::string(name.substr(0, name.find('\0'))),
                      .load = static_cast<double>(hundredths) / 100};
}

}  // namespace pulse::load
