#include "announcer.h"

#include <algorithm>

#include "pulse/log/log.h"
#include "pulse/net/arp.h"
#include "pulse/runtime/async.h"

namespace pulse::daemon {

namespace asio = boost::asio;

void Announcer::start() {
    current_ = std::make_shared<Job>();
    announce_all();
    runtime::spawn_logged(context_, "announcement", run(current_));
}

asio::awaitable<void> Announcer::run(std::weak_ptr<Job> job) {
    constexpr int rounds = 5;
    for (int round = 1; round < rounds; ++round) {
        co_await runtime::sleep_until(Clock::now() + std::chrono::seconds(1));
        if (job.expired()) co_return;
        announce_all();
    }
    log::info("gratuitous lvs arps finished");
}

void Announcer::announce_all() {
    const auto links = route_.links();
    if (!links) return log::error("{}", links.error().message());
    for (const auto& floating : addresses_) {
        const auto link = std::ranges::find(*links, floating.device(), &kernel::Link::name);
        if (link == links->end() || !floating.address.is_v4()) continue;
        for (const auto operation : {net::ArpOperation::request, net::ArpOperation::reply}) {
            const auto frame = net::encode(net::gratuitous_arp(operation, floating.address, link->mac));
            if (auto sent = sender_.send(link->index, frame); !sent)
                log::warning("announcing {} on {}: {}", floating.address.to_string(), link->name,
                             sent.error().message());
        }
    }
}

}  // namespace pulse::daemon
