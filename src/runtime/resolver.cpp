#include "pulse/runtime/resolver.h"

#include <algorithm>
#include <utility>

#include "pulse/base/time.h"
#include "pulse/runtime/thread.h"

#include "duration_text.h"

namespace pulse::runtime {

Resolver::Resolver(Patience patience, Ask ask) : patience_(patience), ask_(std::move(ask)) {}

Result<net::IpAddress> Resolver::address(std::string_view name) {
    if (const auto literal = net::IpAddress::parse_lenient(name)) return *literal;
    const auto known = answers_.find(name);
    if (known != answers_.end()) return known->second;
    return answers_.emplace(name, ask_in_time(std::string(name))).first->second;
}

Result<net::IpAddress> Resolver::ask_in_time(const std::string& name) {
    if (spent_ >= patience_.in_total)
        return fail(std::error_code(), "not asked: the name service took more than " +
                                           duration_text(patience_.in_total) + " for the names before");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience_.in_total - spent_);
    const auto limit = std::min(patience_.per_name, left);
    const auto begin = Clock::now();

    auto answer = within<net::IpAddress>(limit, "no answer from the name service",
                                         [ask = ask_, name] { return ask(name); });
    spent_ += Clock::now() - begin;
    return answer;
}

}  // namespace pulse::runtime
