#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pulse/base/fields.h"
#include "pulse/base/time.h"
#include "pulse/director/director.h"
#include "pulse/director/drain.h"

namespace pulse::director {

/// What a nanny said last, and when.
struct Heard {
    health::Report report;
    TimePoint when{};
};
using HeardReports = std::map<MonitorKey, Heard>;

/// The servers that nobody checks, and why.
using Unchecked = std::map<MonitorKey, std::string>;

/// What there is to say of one real server.
struct ServerStatus {
    ServerName name;
    net::Endpoint address;
    health::Report report;  ///< as its nanny said; `held` counts from when this was made
    bool drained = false;
    bool kept_in = false;     ///< down, but kept in by panic_threshold
    std::string unchecked{};  ///< why nobody checks it, whatever was said of it before; else empty

    friend bool operator==(const ServerStatus&, const ServerStatus&) = default;
};

/// All active real servers in the order of the file. One that its nanny has not spoken of is `unknown`.
[[nodiscard]] std::vector<ServerStatus> server_statuses(const config::Config& config,
                                                        const Situation& situation, const HeardReports& heard,
                                                        TimePoint now, const Unchecked& unchecked = {});

/// As it travels from lvsd to pulsectl; nullopt for what is none.
[[nodiscard]] Fields to_fields(const ServerStatus& status);
[[nodiscard]] std::optional<ServerStatus> server_status_from(const Fields& fields);

/// As many as fit into one message, from number `from` on, each as a `server`; `next` is the number of the
/// first that did not fit.
[[nodiscard]] Fields page_of(std::span<const ServerStatus> all, std::size_t from);

/// For people, as `pulsectl status` shows it: a heading, then a line for each.
[[nodiscard]] std::string to_text(std::span<const ServerStatus> all);

/// The same for programs: a JSON array.
[[nodiscard]] std::string to_json(std::span<const ServerStatus> all);

}  // namespace pulse::director
