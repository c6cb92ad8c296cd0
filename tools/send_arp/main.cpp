#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "pulse/kernel/packet_sender.h"
#include "pulse/kernel/route.h"
#include "pulse/net/arp.h"
#include "pulse/net/neighbour_discovery.h"
#include "pulse/runtime/names.h"

namespace {

using namespace pulse;

constexpr const char* usage =
    "Usage: send_arp [-i DEVICE] SOURCE_IP SOURCE_MAC TARGET_IP TARGET_MAC\n"
    "Announces once that SOURCE_IP is at SOURCE_MAC, to TARGET_MAC (ffffffffffff: everybody).\n"
    "  -i DEVICE   send on this device (default eth0)\n"
    "An IPv6 SOURCE_IP is announced to all nodes, by neighbour advertisement.\n"
    "A MAC is 12 hex digits, a colon allowed after each pair. TARGET_IP is read for compatibility; an "
    "announcement\n"
    "names the same address twice.\n";

int refuse(const std::string& text) {
    fmt::print(stderr, "{}\n", text);
    return 1;
}

int run(std::span<char*> arguments) {
    std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    if (words.size() == 1 && (words.front() == "--help" || words.front() == "-h" || words.front() == "-?"))
        return fmt::print("{}", usage), 0;
    std::string device = "eth0";
    if (words.size() == 6 && words.front() == "-i") {
        device = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    if (words.size() != 4) return fmt::print(stderr, "{}", usage), 1;

    const auto address = runtime::host_address(words[0]);
    if (!address) return refuse("send_arp: unknown host " + words[0]);
    if (!runtime::host_address(words[2])) return refuse("send_arp: unknown host " + words[2]);
    const auto source = net::Mac::parse(words[1]);
    const auto target = net::Mac::parse(words[3]);
    if (!source || !target) return refuse("Invalid hardware address");

    auto route = kernel::RouteClient::open();
    if (!route) return refuse("send_arp: " + route.error().message());
    const auto link = route->link(device);
    if (!link) return refuse("send_arp: " + link.error().message());
    const auto sender = kernel::PacketSender::open();
    if (!sender) return refuse("send_arp: " + sender.error().message());
    const auto arp = net::encode(net::gratuitous_arp(net::ArpOperation::reply, *address, *source, *target));
    const auto advertisement = net::unsolicited_advertisement(*address, *source, link->forwards_v6);
    const kernel::OutgoingFrame frame{.link_index = link->index,
                                      .bytes = address->is_v4()
                                                   ? std::span<const std::uint8_t>(arp)
                                                   : std::span<const std::uint8_t>(advertisement)};
    std::string trouble;
    const auto sent = sender->send(std::span(&frame, 1),
                                   [&](std::size_t, const Error& error) { trouble = error.message(); });
    if (sent == 0) trouble = "the queue of " + device + " is full";
    if (!trouble.empty()) return refuse("send_arp: " + trouble);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv, static_cast<std::size_t>(argc)});
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "send_arp: internal error: %s\n", failure.what());
        return 1;
    }
}
