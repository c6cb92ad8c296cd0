// What real servers say of their load: the lines of uptime, rup and of an agent, packets of rwhod, answers of
// rstatd.

#include <cmath>
#include <string>
#include <string_view>

#include "pulse/load/agent.h"
#include "pulse/load/average.h"
#include "pulse/load/rstat.h"
#include "pulse/load/rwho.h"
#include "pulse/load/weight.h"

#include "fuzz.h"

namespace {

using namespace pulse;
using pulse::fuzz::require;

const auto scale = load::scale_of(load::Formula::bounded, 100, 5, 200, std::chrono::milliseconds(0));

/// Whatever a server says, its weight stays within the scale.
void stays_within(const load::Balance& balance) {
    const int weight = load::weight_at(balance, {}, scale);
    require(weight == 0 || (weight >= scale.lowest && weight <= scale.highest), "a weight out of its scale");
}

void judge(std::optional<double> read) {
    if (!read) return;
    require(std::isfinite(*read) && *read >= 0, "a load that is no load");
    stays_within(load::after_load(load::at_first(scale), *read, scale));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    judge(load::load_average(bytes));
    if (const auto packet = load::parse_rwho(bytes)) {
        require(packet->host.size() <= 32, "a host name longer than its field");
        judge(packet->load);
    }
    // The number of the question is the answer's first word: take it from the input, so that some fit.
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4 && i < size; ++i) number = number << 8U | data[i];
    judge(load::rstat_load(bytes, number));
    if (const auto port = load::rstat_port(bytes, number)) require(*port != 0, "port 0");
    if (const auto reply = load::parse_agent(bytes)) {
        require(reply->percent || reply->wish != load::AgentWish::none, "a reply that says nothing");
        stays_within(load::after_agent(load::at_first(scale), *reply, scale));
    }
    return 0;
}
