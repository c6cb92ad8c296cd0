#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pulse/config/config.h"

namespace pulse::config {

/// Where a key may stand. `virtual` and `failover` blocks share one set.
enum class Section { global, virtual_server, real_server, sysctl };

/// What a key's value looks like.
enum class ValueType {
    integer,
    boolean,    ///< 0 or 1
    flag,       ///< an integer, anything but 0 is on
    duration,   ///< seconds, or a number with ms, s, m, h, d
    port,       ///< a number or a service name
    ports,      ///< one or more, 80 or 10000:20000 or 5060/udp
    host,       ///< an address or a host name
    addresses,  ///< one or more, no names
    host_and_device,
    mask,  ///< 255.255.255.0, or a prefix length
    choice,
    choices,  ///< one or more
    word,
    list,  ///< [ a b c ]
    path,  ///< two addresses, perhaps a port
};

/// The values of one entry while they are being read; private to the module.
class Values;

struct Key;

/// How a key's values get into the struct they belong to, and out of it again.
template <class Owner>
struct Access {
    void (*read)(Values& values, Owner& owner);
    std::vector<std::string> (*write)(const Key& key, const Owner& owner);
};

/// One row of the key table.
struct Key {
    Section section;
    std::string_view name;
    ValueType type;
    std::string_view choices;       ///< for ValueType::choice and choices, blank-separated
    std::string_view default_text;  ///< as one would write it; empty = unset
    std::string_view example;       ///< a value as one would write it
    std::string_view used_by;       ///< the programs that look at it
    std::string_view help;          ///< one line
    std::variant<Access<Config>, Access<VirtualServer>, Access<RealServer>, Access<Sysctls>> access;
    bool repeats = false;  ///< each line adds to those before
};

/// Every key there is: what the parser accepts, the example file shows and the manual describes.
[[nodiscard]] std::span<const Key> keys();

/// nullptr if there is no such key in that section.
[[nodiscard]] const Key* find_key(Section section, std::string_view name);

/// What the key has to say about `owner`, which must be the struct of its section: the words after the equal
/// sign, without quotes. Empty if the key is unset.
template <class Owner>
[[nodiscard]] std::vector<std::string> values_of(const Key& key, const Owner& owner) {
    return std::get<Access<Owner>>(key.access).write(key, owner);
}

/// The words of a value as a person would type it for this key, without quotes: "10.0.0.10 eth0:1" is two
/// words for an address with a device, and one for a text.
[[nodiscard]] std::vector<std::string> value_words(const Key& key, std::string_view typed);

/// "at the top level", "in a virtual or failover block", "in a server block", "in a sysctl block"
[[nodiscard]] std::string_view place_name(Section section);

/// "integer", "address and device", …
[[nodiscard]] std::string_view type_name(ValueType type);

}  // namespace pulse::config
