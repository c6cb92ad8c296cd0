#pragma once

#include <algorithm>
#include <string_view>
#include <variant>

#include "pulse/ipvs/command_line.h"

namespace pulse::fuzz {

/// A few names, so that inputs can use some.
inline const ipvs::NameLookups lookups{
    .host = [](std::string_view name) -> std::optional<net::IpAddress> {
        return name == "www" ? net::IpAddress::parse("10.0.0.80") : std::nullopt;
    },
    .service = [](std::string_view name, net::Protocol protocol) -> std::optional<net::Port> {
        return name == "http" && protocol == net::Protocol::tcp ? std::optional(net::Port{80}) : std::nullopt;
    }};

/// Whether a name of a scheduler or an engine can stand in a restore file, which has no quoting. The kernel
/// has no others.
inline bool is_plain(std::string_view name) {
    return !name.starts_with('#') && name != "ipvsadm" &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

inline bool has_plain_names(const ipvs::Service& service) {
    return is_plain(service.scheduler) && is_plain(service.engine);
}

inline bool has_plain_names(const ipvs::Step& step) {
    if (const auto* add = std::get_if<ipvs::AddService>(&step)) return has_plain_names(add->service);
    if (const auto* edit = std::get_if<ipvs::EditService>(&step)) return has_plain_names(edit->service);
    return true;
}

}  // namespace pulse::fuzz
