#pragma once

#include <array>
#include <utility>

#include "pulse/base/text.h"

#include "address_hint.h"
#include "values.h"

namespace pulse::config {

/// What the key table is made of: how the values of an entry get into one member of the struct it belongs to,
/// and out again. A reader leaves the member alone when the values are wrong.

template <class Owner, class Member>
Owner owner_of(Member Owner::*);

template <auto Member>
using OwnerOf = decltype(owner_of(Member));

template <auto Member>
using MemberOf = std::remove_cvref_t<decltype(std::declval<OwnerOf<Member>>().*Member)>;

template <class T>
struct Unwrapped {
    using Type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
    using Type = T;
};

/// The words for a member, by its type.
inline std::vector<std::string> words(const std::string& text) { return {text}; }
inline std::vector<std::string> words(bool on) { return {on ? "1" : "0"}; }
inline std::vector<std::string> words(int number) { return {std::to_string(number)}; }
inline std::vector<std::string> words(long long number) { return {std::to_string(number)}; }
inline std::vector<std::string> words(std::chrono::seconds time) { return {std::to_string(time.count())}; }
inline std::vector<std::string> words(net::Port port) { return {std::to_string(port.number)}; }
inline std::vector<std::string> words(const net::Netmask& mask) { return {mask.to_string()}; }
inline std::vector<std::string> words(const DeviceAddress& at) { return {at.address.to_string(), at.device}; }
std::vector<std::string> words(const net::IpAddress& address);  ///< none for an unspecified one
std::vector<std::string> words(std::chrono::milliseconds time);
std::vector<std::string> words(const std::vector<std::string>& list);
std::vector<std::string> words(const std::vector<net::IpAddress>& addresses);
std::vector<std::string> words(const std::vector<MarkedPorts>& all);

template <class T>
std::vector<std::string> words(const std::optional<T>& value) {
    return value ? words(*value) : std::vector<std::string>{};
}

template <auto Member>
std::vector<std::string> write_member(const Key&, const OwnerOf<Member>& owner) {
    return words(owner.*Member);
}

/// The row's last column for a member with a reader of its own.
template <auto Member>
constexpr Access<OwnerOf<Member>> access(void (*read)(Values&, OwnerOf<Member>&)) {
    return {.read = read, .write = write_member<Member>};
}

/// Stores what `Read` makes of the values.
template <auto Member, auto Read>
void store(Values& values, OwnerOf<Member>& owner) {
    if (auto value = Read(values)) owner.*Member = *std::move(value);
}

template <auto Member, auto Read>
inline constexpr auto stored = access<Member>(store<Member, Read>);

template <auto Member>
inline constexpr auto boolean = stored<Member, read_boolean>;

template <auto Member>
inline constexpr auto word = stored<Member, read_word>;

template <auto Member, long long lowest, long long highest>
void read_integer_into(Values& values, OwnerOf<Member>& owner) {
    if (const auto number = read_integer(values, lowest, highest))
        owner.*Member = static_cast<MemberOf<Member>>(*number);
}

template <auto Member, long long lowest = 0, long long highest = largest_int>
inline constexpr auto integer = access<Member>(read_integer_into<Member, lowest, highest>);

/// A duration of at least `lowest` milliseconds, in whole units of the member.
template <auto Member, long long lowest>
void read_duration_into(Values& values, OwnerOf<Member>& owner) {
    const auto read = read_duration(values);
    if (!read) return;
    if (read->count() < lowest) return values.error(0, "integer out of range", "it must be more than 0");
    const auto whole = std::chrono::duration_cast<typename Unwrapped<MemberOf<Member>>::Type>(*read);
    if (whole != *read) return values.error(0, "integer expected", "this one is in whole seconds");
    owner.*Member = whole;
}

template <auto Member, long long lowest>
inline constexpr auto duration = access<Member>(read_duration_into<Member, lowest>);

template <auto Member>
void read_flag_into(Values& values, OwnerOf<Member>& owner) {
    if (const auto on = read_flag(values)) owner.*Member = *on;
}

template <auto Member>
inline constexpr auto flag = access<Member>(read_flag_into<Member>);

/// Choices in the order of the table's row.
template <auto Member, auto... Meanings>
struct Choices {
    using T = typename Unwrapped<MemberOf<Member>>::Type;
    static constexpr std::array<T, sizeof...(Meanings)> meanings{Meanings...};

    static void read(Values& values, OwnerOf<Member>& owner) {
        if (const auto index = read_choice(values)) owner.*Member = meanings.at(*index);
    }
    /// A value that is none of the choices means unset.
    static std::vector<std::string> write(const Key& key, const OwnerOf<Member>& owner) {
        const auto names = split_words(key.choices);
        for (std::size_t i = 0; i < meanings.size(); ++i)
            if (owner.*Member == meanings.at(i)) return {std::string(names.at(i))};
        return {};
    }
};

template <auto Member, auto... Meanings>
inline constexpr Access<OwnerOf<Member>> choice{.read = Choices<Member, Meanings...>::read,
                                                .write = Choices<Member, Meanings...>::write};

/// What an unspecified address (0.0.0.0) means to a key.
enum class Unspecified { refused, unset };

template <auto Member, Unspecified zero>
void read_host_into(Values& values, OwnerOf<Member>& owner) {
    if (!values.only()) return;
    const auto address = read_host(values);
    if (!address) return;
    if (!address->is_unspecified()) {
        owner.*Member = *address;
    } else if (zero == Unspecified::refused) {
        values.error(0, "invalid host name or ip address");
    } else {
        owner.*Member = {};
    }
}

template <auto Member, Unspecified zero>
inline constexpr auto host = access<Member>(read_host_into<Member, zero>);

/// Addresses in digits; 0.0.0.0 unsets.
template <auto Member>
void read_addresses_into(Values& values, OwnerOf<Member>& owner) {
    const auto read = read_addresses(values);
    if (!read) return;
    owner.*Member = *read;
    std::erase_if(owner.*Member, [](const net::IpAddress& address) { return address.is_unspecified(); });
}

template <auto Member>
inline constexpr auto addresses = access<Member>(read_addresses_into<Member>);

/// An address and the device to raise it on; the address 0.0.0.0 unsets.
template <auto Member>
void read_host_and_device_into(Values& values, OwnerOf<Member>& owner) {
    if (!values.exactly(2)) return;
    const auto parsed = read_host(values, 0);
    if (!parsed) return;
    if (values[1].empty()) return values.error(1, "invalid argument", "a device is needed: eth0:1");
    owner.*Member = std::nullopt;
    if (!parsed->is_unspecified())
        owner.*Member = DeviceAddress{.address = *parsed, .device = std::string(values[1])};
}

template <auto Member>
inline constexpr auto host_and_device = access<Member>(read_host_and_device_into<Member>);

/// The mask of an address; 0.0.0.0 unsets.
template <auto Member>
void read_netmask_into(Values& values, OwnerOf<Member>& owner) {
    if (!values.only()) return;
    const auto mask = read_mask(values);
    if (!mask || !mask->length()) return values.error(0, "Bad subnet mask specified", mask_hint(values[0]));
    owner.*Member = std::nullopt;
    if (!mask->bits().is_unspecified()) owner.*Member = *mask;
}

template <auto Member>
inline constexpr auto netmask = access<Member>(read_netmask_into<Member>);

}  // namespace pulse::config
