#include <map>

#include "pulse/config/kernel_key.h"

#include "checks.h"

namespace pulse::config {

namespace {

/// An active virtual and its block.
struct Active {
    const VirtualServer* service;
    const Block* block;
};

/// Its key in the kernel, for people.
std::string text_of(const VirtualServer& service) {
    if (service.fwmark) {
        const bool v6 = service.address && !service.address->address.is_v4();
        return "firewall mark " + std::to_string(service.fwmark->number) + (v6 ? " (IPv6)" : "");
    }
    return std::string(net::name(service.protocol)) + " " +
           net::Endpoint{.address = service.address->address, .port = service.port}.to_string();
}

void same_key(const Checked& file, const Active& first, const Active& second) {
    const auto& a = *first.service;
    const auto& b = *second.service;
    const auto what = text_of(b);
    file.report.warning(file.place(*second.block, b.fwmark ? "fwmark" : "address"),
                        "two services for " + what,
                        quoted(a.name) + " has it already; the kernel can hold only one");
    if (!b.fwmark || (a.persistent == b.persistent && a.pmask == b.pmask)) return;
    const auto key = a.persistent != b.persistent ? "persistent" : "pmask";
    file.report.warning(file.place(*second.block, key), "the services for " + what + " differ in persistence",
                        "persistence belongs to the mark: what " + quoted(a.name) + " says holds for both");
}

/// One floating address that several services use is raised once, as the first of them says.
void same_address(const Checked& file, const Active& first, const Active& second) {
    const auto& a = *first.service;
    const auto& b = *second.service;
    if (!a.address || !b.address) return;
    const auto address = a.address->address.to_string();
    if (a.address->base_device() != b.address->base_device())
        file.report.warning(
            file.place(*second.block, "address"), "another device for " + address,
            "it is raised once, on " + quoted(a.address->device) + " as " + quoted(a.name) + " says");
    if (a.vip_nmask != b.vip_nmask && b.vip_nmask)
        file.report.warning(file.place(*second.block, "vip_nmask"), "another network mask for " + address,
                            "it is raised once, with the mask that " + quoted(a.name) + " says");
}

}  // namespace

void check_clashes(const Checked& file) {
    std::map<ipvs::ServiceId, Active> services;
    std::map<net::IpAddress, Active> addresses;
    const auto blocks = Document::blocks(file.document.root(), BlockKind::virtual_server);
    for (std::size_t i = 0; i < file.config.virtual_servers.size(); ++i) {
        const Active here{&file.config.virtual_servers[i], blocks.at(i)};
        if (!here.service->active) continue;
        if (here.service->fwmark || here.service->address) {
            const auto [first, is_new] = services.try_emplace(service_key(*here.service), here);
            if (!is_new) same_key(file, first->second, here);
        }
        if (!here.service->address) continue;
        const auto [first, is_new] = addresses.try_emplace(here.service->address->address, here);
        if (!is_new) same_address(file, first->second, here);
    }
}

}  // namespace pulse::config
