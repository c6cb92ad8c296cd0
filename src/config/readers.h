#pragma once

#include <utility>

#include "values.h"

namespace pulse::config {

/// The readers the key table is made of. Each reads an entry's values into one member of the struct it
/// belongs to and leaves the member alone when the values are wrong.

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

/// Stores what `Read` makes of the values.
template <auto Member, auto Read>
void store(Values& values, OwnerOf<Member>& owner) {
    if (auto value = Read(values)) owner.*Member = *std::move(value);
}

template <auto Member, long long lowest = 0, long long highest = largest_int>
void integer(Values& values, OwnerOf<Member>& owner) {
    if (const auto number = read_integer(values, lowest, highest))
        owner.*Member = static_cast<MemberOf<Member>>(*number);
}

/// A duration of at least `lowest` milliseconds, in whole units of the member.
template <auto Member, long long lowest>
void duration(Values& values, OwnerOf<Member>& owner) {
    const auto read = read_duration(values);
    if (!read) return;
    if (read->count() < lowest) return values.error(0, "integer out of range", "it must be more than 0");
    const auto whole = std::chrono::duration_cast<MemberOf<Member>>(*read);
    if (whole != *read) return values.error(0, "integer expected", "this one is in whole seconds");
    owner.*Member = whole;
}

template <auto Member>
void boolean(Values& values, OwnerOf<Member>& owner) {
    store<Member, read_boolean>(values, owner);
}

template <auto Member>
void flag(Values& values, OwnerOf<Member>& owner) {
    constexpr auto any = std::numeric_limits<long long>::max();
    if (const auto number = read_integer(values, -any, any)) owner.*Member = *number != 0;
}

template <auto Member>
void word(Values& values, OwnerOf<Member>& owner) {
    store<Member, read_word>(values, owner);
}

/// Choices in the order of the table's row.
template <auto Member, auto... Values_>
void choice(Values& values, OwnerOf<Member>& owner) {
    using T = typename Unwrapped<MemberOf<Member>>::Type;
    constexpr std::array<T, sizeof...(Values_)> meanings{Values_...};
    if (const auto index = read_choice(values)) owner.*Member = meanings.at(*index);
}

/// What an unspecified address (0.0.0.0) means to a key.
enum class Unspecified { refused, unset };

template <auto Member, Unspecified zero>
void host(Values& values, OwnerOf<Member>& owner) {
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

/// An address in digits; 0.0.0.0 unsets.
template <auto Member>
void address(Values& values, OwnerOf<Member>& owner) {
    const auto text = values.only();
    if (!text) return;
    const auto parsed = net::IpAddress::parse_lenient(*text);
    if (!parsed) return values.error(0, "invalid host name or ip address", "names are not allowed here");
    owner.*Member = std::nullopt;
    if (!parsed->is_unspecified()) owner.*Member = *parsed;
}

/// An address and the device to raise it on; the address 0.0.0.0 unsets.
template <auto Member>
void host_and_device(Values& values, OwnerOf<Member>& owner) {
    if (!values.exactly(2)) return;
    const auto parsed = read_host(values, 0);
    if (!parsed) return;
    if (values[1].empty()) return values.error(1, "invalid argument", "a device is needed: eth0:1");
    owner.*Member = std::nullopt;
    if (!parsed->is_unspecified())
        owner.*Member = DeviceAddress{.address = *parsed, .device = std::string(values[1])};
}

/// The mask of an address; 0.0.0.0 unsets.
template <auto Member>
void netmask(Values& values, OwnerOf<Member>& owner) {
    if (!values.only()) return;
    const auto mask = read_mask(values);
    if (!mask || !mask->length())
        return values.error(0, "Bad subnet mask specified", "255.255.255.0, or the length of the prefix: 24");
    owner.*Member = std::nullopt;
    if (!mask->bits().is_unspecified()) owner.*Member = *mask;
}

}  // namespace pulse::config
