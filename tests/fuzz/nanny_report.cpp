// What a nanny says to lvsd, as if somebody had taken it over: messages one after the other, apart by zero
// bytes, and what becomes of the table, the status and its next hop.

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "pulse/base/fields.h"
#include "pulse/base/text.h"
#include "pulse/config/read.h"
#include "pulse/director/director.h"
#include "pulse/director/server_status.h"
#include "pulse/health/report.h"

#include "fuzz.h"

namespace {

using namespace pulse;
using pulse::fuzz::require;

/// One service whose nannies have a say in the weights, and one whose have none.
const config::Config& configuration() {
    static const auto read = config::read(
        "primary = 10.0.0.1\nservice = lvs\n"
        "virtual web {\n active = 1\n address = 10.0.0.10 eth0:1\n port = 80\n load_monitor = uptime\n"
        " weight_min = 2\n weight_max = 50\n quorum = 2\n panic_threshold = 40\n"
        " server alpha {\n address = 10.0.1.11\n active = 1\n weight = 10\n }\n"
        " server bravo {\n address = 10.0.1.12\n active = 1\n weight = 10\n }\n}\n"
        "virtual mail {\n active = 1\n address = 10.0.0.11 eth0:2\n port = 25\n quiesce_server = 1\n"
        " server charlie {\n address = 10.0.1.13\n active = 1\n weight = 7\n }\n}\n",
        {});
    return read.config;
}

bool is_one_printable_line(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

void judge(const health::Report& report) {
    for (const auto& text : {report.reason, report.weight_reason}) {
        require(is_one_printable_line(text), "not one printable line", text);
        require(text.size() <= health::longest_reason, "a reason without end");
    }
    require(!report.weight || (*report.weight >= 0 && *report.weight <= health::largest_weight),
            "a weight that the kernel would refuse");
    require(report.held.count() >= 0 && report.flaps >= 0, "less than nothing");
    const auto next_hop = health::report_from(Fields::parse(health::to_fields(report).to_text()));
    require(next_hop == report, "a report changes on its way");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& config = configuration();
    const auto monitors = director::monitors(config);
    director::Situation situation;
    director::HeardReports heard;
    auto now = TimePoint(std::chrono::hours(1));
    std::size_t turn = 0;
    for (const auto message : split({reinterpret_cast<const char*>(data), size}, '\0')) {
        const auto fields = Fields::parse(message);
        require(Fields::parse(fields.to_text()) == fields, "fields change when written and read", message);
        const auto report = health::report_from(fields);
        if (!report) continue;
        judge(*report);
        const auto& key = monitors[turn++ % monitors.size()].key;
        auto& standing = situation.standings[key];
        standing = director::after(standing, *report, now);
        heard[key] = {*report, now};
        now += std::chrono::milliseconds(300);
    }

    for (const auto& [id, entry] : director::desired_table(config, situation))
        for (const auto& [to, server] : entry.destinations) {
            const bool web = id.endpoint.port.number == 80;
            require(server.weight >= 0 && server.weight <= (web ? 50 : 7),
                    "a weight that the file does not allow");
        }
    const auto statuses = director::server_statuses(config, situation, heard, now);
    const auto shown = director::to_text(statuses);
    for (const auto line : split(shown, '\n'))
        require(is_one_printable_line(line), "status with more than printable text", line);
    for (const auto& status : statuses)
        require(director::server_status_from(director::to_fields(status)) == status,
                "a status changes on its way");
    require(is_one_printable_line(director::to_json(statuses)), "JSON with more than printable text");
    return 0;
}
