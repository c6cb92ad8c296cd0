#include "fake_kernel.h"

#include <algorithm>
#include <cerrno>

#include "pulse/net/netmask.h"

namespace pulse::daemon {

namespace {

using net::InterfaceAddress;

bool same(const InterfaceAddress& a, const InterfaceAddress& b) {
    return a.link_index == b.link_index && a.address == b.address &&
           (!a.address.is_v4() || a.prefix_length == b.prefix_length);
}

bool in_one_network(const InterfaceAddress& a, const InterfaceAddress& b) {
    return a.link_index == b.link_index && a.address.is_v4() && b.address.is_v4() &&
           a.prefix_length == b.prefix_length &&
           net::same_network(a.address, b.address, net::Netmask::prefix(net::Family::v4, a.prefix_length));
}

}  // namespace

void FakeKernel::add(const char* device, const char* address, int prefix_length, std::string label,
                     std::uint8_t protocol) {
    const auto link = std::ranges::find(links, device, &net::Link::name);
    const auto parsed = *net::IpAddress::parse(address);
    if (label.empty() && parsed.is_v4()) label = device;
    add({.link_index = link->index,
         .label = std::move(label),
         .address = parsed,
         .prefix_length = prefix_length,
         .protocol = protocol});
}

void FakeKernel::remove(const char* address) {
    const auto parsed = *net::IpAddress::parse(address);
    const auto found = std::ranges::find(present, parsed, &InterfaceAddress::address);
    if (found != present.end()) remove(InterfaceAddress(*found), false);
}

std::vector<std::string> FakeKernel::shown() const {
    std::vector<std::string> all;
    for (const auto& address : present) {
        const auto link = std::ranges::find(links, address.link_index, &net::Link::index);
        all.push_back((address.secondary ? "+" : "") + link->name + " " + address.address.to_string() + "/" +
                      std::to_string(address.prefix_length) +
                      (address.label.empty() ? "" : " " + address.label));
    }
    return all;
}

bool FakeKernel::has(const char* address) const {
    return std::ranges::count(present, *net::IpAddress::parse(address), &InterfaceAddress::address) > 0;
}

int FakeKernel::apply(const net::AddressChange& change) {
    ++changes_made;
    if (const auto refused = refuses.find(change.address.address); refused != refuses.end())
        return refused->second;
    if (change.kind == net::AddressChange::Kind::add) return add(change.address);
    const auto link = std::ranges::find(links, change.address.link_index, &net::Link::index);
    const int result =
        remove(change.address, change.spares_others || (link != links.end() && link->promotes));
    if (std::ranges::count(present, change.address.address, &InterfaceAddress::address) == 0)
        seen_away.insert(change.address.address.to_string());
    return result;
}

int FakeKernel::add(InterfaceAddress address) {
    const auto is_same = [&](const auto& there) { return same(there, address); };
    if (std::ranges::any_of(present, is_same)) return EEXIST;
    if (std::ranges::count(links, address.link_index, &net::Link::index) == 0) return ENODEV;
    address.secondary = std::ranges::any_of(
        present, [&](const auto& there) { return !there.secondary && in_one_network(there, address); });
    if (!keeps_protocols) address.protocol = 0;
    present.push_back(std::move(address));
    return 0;
}

int FakeKernel::remove(const InterfaceAddress& address, bool promotes) {
    const auto found = std::ranges::find_if(present, [&](const auto& there) { return same(there, address); });
    if (found == present.end()) return EADDRNOTAVAIL;
    const auto gone = *found;
    present.erase(found);
    if (gone.secondary) return 0;
    const auto follows = [&](const auto& there) { return there.secondary && in_one_network(there, gone); };
    if (!promotes) return static_cast<void>(std::erase_if(present, follows)), 0;
    const auto heir = std::ranges::find_if(present, follows);
    if (heir != present.end()) heir->secondary = false;
    return 0;
}

Result<net::Link> FakeAddressKernel::link(const std::string& name) {
    const auto found = std::ranges::find(fake_.links, name, &net::Link::name);
    if (found == fake_.links.end()) return fail(std::errc::no_such_device, name);
    return *found;
}

Result<net::Link> FakeAddressKernel::link(int index) {
    const auto found = std::ranges::find(fake_.links, index, &net::Link::index);
    if (found == fake_.links.end()) return fail(std::errc::no_such_device, "");
    return *found;
}

Result<std::vector<InterfaceAddress>> FakeAddressKernel::addresses() {
    if (fake_.interrupted_dumps > 0) {
        --fake_.interrupted_dumps;
        return fail(std::errc::interrupted, "listing addresses");
    }
    return fake_.present;
}

Result<void> FakeAddressKernel::change(
    std::span<const net::AddressChange> changes,
    const std::function<void(std::size_t index, const Error&)>& on_failure) {
    if (fake_.conversation_breaks) return fail(std::errc::timed_out, "changing addresses");
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const int error = fake_.apply(changes[i]);
        const int fine = changes[i].kind == net::AddressChange::Kind::add ? EEXIST : EADDRNOTAVAIL;
        if (error != 0 && error != fine)
            on_failure(i, Error{std::error_code(error, std::system_category()), "changing"});
    }
    return {};
}

}  // namespace pulse::daemon
