#include "pulse/failover/address_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "pulse/net/netmask.h"

namespace pulse::failover {

namespace {

using Kind = net::AddressChange::Kind;
using Copies = std::vector<const net::InterfaceAddress*>;

/// IFNAMSIZ without the end of the text.
constexpr std::size_t longest_label = 15;

/// What is there, found quickly: a thousand addresses are compared with a thousand.
class Present {
  public:
    explicit Present(const AddressView& view) {
        for (const auto& link : view.links) {
            by_name_.emplace(link.name, &link);
            by_index_.emplace(link.index, &link);
        }
        for (const auto& own : view.present) by_address_.emplace(own.address, &own);
    }

    [[nodiscard]] const net::Link* device(const std::string& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }
    [[nodiscard]] const net::Link* device(int index) const {
        const auto found = by_index_.find(index);
        return found == by_index_.end() ? nullptr : found->second;
    }

    [[nodiscard]] Copies copies(const net::IpAddress& address) const {
        Copies copies;
        const auto [begin, end] = by_address_.equal_range(address);
        for (auto at = begin; at != end; ++at) copies.push_back(at->second);
        return copies;
    }

    [[nodiscard]] bool contains(const AddressRecord& record, const net::InterfaceAddress& copy) const {
        const auto* link = device(copy.link_index);
        return link != nullptr && record.contains({link->name, copy.address, copy.prefix_length});
    }

  private:
    std::map<std::string, const net::Link*> by_name_;
    std::map<int, const net::Link*> by_index_;
    std::multimap<net::IpAddress, const net::InterfaceAddress*> by_address_;
};

bool is_right(const net::InterfaceAddress& copy, const FloatingAddress& wanted, int link) {
    return copy.link_index == link &&
           (!wanted.prefix_length || *wanted.prefix_length == copy.prefix_length) &&
           (!wanted.address.is_v4() || copy.label == label_of(wanted));
}

/// Whether the kernel takes `added` while `copy` is there.
bool may_stand_beside(const net::InterfaceAddress& added, const net::InterfaceAddress& copy) {
    return added.link_index != copy.link_index ||
           (added.address.is_v4() && added.prefix_length != copy.prefix_length);
}

bool in_one_network(const net::InterfaceAddress& a, const net::InterfaceAddress& b) {
    return a.prefix_length == b.prefix_length &&
           net::same_network(a.address, b.address, net::Netmask::prefix(a.address.family(), a.prefix_length));
}

class Planner {
  public:
    Planner(const AddressView& view, const AddressRecord& ours) : view_(view), there_(view), ours_(ours) {}

    AddressPlan plan(std::span<const FloatingAddress> wanted) {
        for (const auto& floating : wanted) wanted_.insert(floating.address);
        for (const auto& copy : view_.present)
            if (!is_own(copy)) hosts_[copy.link_index].push_back(&copy);
        for (const auto* copy : own_copies())
            if (!wanted_.contains(copy->address)) remove(*copy);
        plan_.leaving = plan_.changes.size();
        for (const auto& floating : wanted) raise(floating);
        step_behind();
        return std::move(plan_);
    }

    std::vector<net::AddressChange> removal() {
        for (const auto* copy : own_copies()) remove(*copy);
        return std::move(plan_.changes);
    }

  private:
    /// All that pulse added; what goes along with another before it.
    [[nodiscard]] Copies own_copies() const {
        Copies own;
        for (const auto& copy : view_.present)
            if (is_own(copy)) own.push_back(&copy);
        std::ranges::stable_partition(own, [](const auto* copy) { return copy->secondary; });
        return own;
    }

    [[nodiscard]] bool is_own(const net::InterfaceAddress& copy) const {
        return there_.contains(ours_, copy);
    }

    void add(const net::InterfaceAddress& address) { plan_.changes.push_back({Kind::add, address}); }

    void remove(const net::InterfaceAddress& copy) {
        const auto* link = there_.device(copy.link_index);
        const bool spares = copy.address.is_v4() && copy.prefix_length < 32 && !copy.secondary &&
                            link != nullptr && !link->promotes;
        plan_.changes.push_back({Kind::remove, copy, spares});
    }

    void raise(const FloatingAddress& floating) {
        const auto* device = there_.device(floating.device());
        if (device == nullptr) return plan_.homeless.push_back(floating);
        auto copies = there_.copies(floating.address);
        const auto right = std::ranges::find_if(copies, [&](const auto* copy) {
            return is_own(*copy) && is_right(*copy, floating, device->index);
        });
        const bool is_there =
            std::ranges::any_of(copies, [&](const auto* copy) { return copy->link_index == device->index; });
        const bool by_others = std::ranges::any_of(
            copies, [&](const auto* copy) { return copy->link_index == device->index && !is_own(*copy); });
        if (!is_there) plan_.missing.push_back(floating.address);
        const auto keep = right == copies.end() ? nullptr : *right;
        if (keep != nullptr || by_others) {
            if (keep != nullptr) right_.push_back(keep);
            for (const auto* copy : copies)
                if (copy != keep && is_own(*copy)) remove(*copy);
            return;
        }
        std::erase_if(copies, [&](const auto* copy) { return !is_own(*copy); });
        replace(copies, {.link_index = device->index,
                         .label = label_of(floating),
                         .address = floating.address,
                         .prefix_length =
                             floating.prefix_length.value_or(prefix_length(floating.address, device->index)),
                         .protocol = address_protocol});
    }

    /// The prefix of the network of `link` that the address is in, judged by addresses that do not float.
    [[nodiscard]] int prefix_length(const net::IpAddress& address, int link) const {
        if (const auto on_link = hosts_.find(link); on_link != hosts_.end())
            for (const auto* own : on_link->second)
                if (own->address.family() == address.family() && !wanted_.contains(own->address) &&
                    net::same_network(own->address, address,
                                      net::Netmask::prefix(own->address.family(), own->prefix_length)))
                    return own->prefix_length;
        return net::address_bits(address.family());
    }

    /// Puts an address in the place of its copies.
    void replace(const Copies& copies, const net::InterfaceAddress& added) {
        const auto stands_in = stand_in(copies, added);
        if (stands_in) add(*stands_in);
        for (const auto* copy : copies)
            if (!may_stand_beside(added, *copy)) remove(*copy);
        add(added);
        for (const auto* copy : copies)
            if (may_stand_beside(added, *copy)) remove(*copy);
        if (stands_in) remove(*stands_in);
    }

    /// What is up while an IPv4 address goes and comes back with the same prefix, if that is to happen.
    static std::optional<net::InterfaceAddress> stand_in(const Copies& copies,
                                                         const net::InterfaceAddress& added) {
        const auto stays = [&](const auto* copy) { return may_stand_beside(added, *copy); };
        if (!added.address.is_v4() || std::ranges::all_of(copies, stays)) return std::nullopt;
        const auto taken = [&](int length) {
            return std::ranges::count(copies, length, &net::InterfaceAddress::prefix_length) > 0;
        };
        auto stand_in = added;
        for (stand_in.prefix_length = 32; taken(stand_in.prefix_length);) --stand_in.prefix_length;
        return stand_in;
    }

    /// Floating addresses that came before the host's own one of their network change places with it.
    void step_behind() {
        Copies early;
        for (const auto* own : right_)
            if (own->address.is_v4() && std::ranges::any_of(hosts_[own->link_index], [&](const auto* host) {
                    return host->secondary && own < host && in_one_network(*own, *host);
                }))
                early.push_back(own);
        std::ranges::stable_partition(early, [](const auto* own) { return own->secondary; });
        for (const auto* own : early) {
            auto again = *own;
            again.secondary = false;
            again.protocol = address_protocol;
            replace({own}, again);
        }
    }

    const AddressView& view_;
    Present there_;
    const AddressRecord& ours_;
    std::set<net::IpAddress> wanted_;
    std::map<int, Copies> hosts_;  ///< by device: what pulse did not add
    Copies right_;                 ///< of ours: what stays as it is
    AddressPlan plan_;
};

}  // namespace

std::string to_text(const AddressTrouble& trouble) {
    return trouble.address.to_string() +
           (trouble.must_be_up ? " is not up: " : " is up, though this router has not the role: ") +
           trouble.reason;
}

std::string label_of(const FloatingAddress& floating) {
    if (!floating.address.is_v4()) return {};
    return floating.label.size() <= longest_label ? floating.label : floating.device();
}

AddressRecord added_by_pulse(const AddressView& view, std::span<const FloatingAddress> floating,
                             const AddressRecord& record) {
    std::map<int, std::string> names;
    for (const auto& link : view.links) names.emplace(link.index, link.name);
    std::set<std::pair<net::IpAddress, std::string>> aliases;
    for (const auto& address : floating)
        if (const auto label = label_of(address); label.find(':') != std::string::npos)
            aliases.emplace(address.address, label);
    const bool kept_by_kernel =
        std::ranges::any_of(view.present, [](const auto& own) { return own.protocol != 0; });

    AddressRecord ours;
    for (const auto& copy : view.present) {
        const auto name = names.find(copy.link_index);
        if (name == names.end()) continue;
        const AddedAddress added{name->second, copy.address, copy.prefix_length};
        const bool labelled = aliases.contains({copy.address, copy.label});
        const bool recorded = !kept_by_kernel && record.contains(added);
        if (copy.protocol == address_protocol || (copy.protocol == 0 && (labelled || recorded)))
            ours.insert(added);
    }
    return ours;
}

AddressPlan plan(const AddressView& view, std::span<const FloatingAddress> wanted,
                 const AddressRecord& ours) {
    return Planner(view, ours).plan(wanted);
}

std::vector<net::AddressChange> removal(const AddressView& view, const AddressRecord& ours) {
    return Planner(view, ours).removal();
}

std::vector<net::InterfaceAddress> strangers(const AddressView& view,
                                             std::span<const FloatingAddress> floating,
                                             const AddressRecord& ours) {
    const Present there(view);
    std::vector<net::InterfaceAddress> strangers;
    for (const auto& address : floating)
        for (const auto* copy : there.copies(address.address)) {
            const auto* link = there.device(copy->link_index);
            const bool is_asked_for = link != nullptr && (link->resolves || link->name == address.device());
            if (is_asked_for && !there.contains(ours, *copy)) strangers.push_back(*copy);
        }
    return strangers;
}

}  // namespace pulse::failover
