// Any datagram: it is refused, or it is a message that encodes to what was read, and believed at most once.
#include <span>

#include "pulse/heartbeat/authenticated.h"
#include "pulse/heartbeat/classic.h"
#include "pulse/heartbeat/key.h"
#include "pulse/heartbeat/session.h"

#include "fuzz.h"

namespace {

using namespace pulse;
using fuzz::require;
using namespace pulse::heartbeat;

const Ends ends{.from = net::IpAddress::v4(0x0a000001), .to = net::IpAddress::v4(0x0a000002)};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> datagram(data, size);
    (void)decode(datagram);
    static const Codec codec({{.id = 1, .secret = {1}}, {.id = 2, .secret = {2}}});
    const auto decoded = codec.decode(datagram, ends);
    require(std::holds_alternative<Refusal>(decoded));  // nobody guesses a signature

    // The same bytes with a good signature: an encoder's output with its middle exchanged would not do, so
    // the fields are taken from the input and signed.
    if (size >= 40) {
        Message message;
        const auto number = [&](std::size_t at) {
            std::uint64_t value = 0;
            for (std::size_t i = 0; i < 8; ++i) value = value << 8U | data[at + i];
            return value;
        };
        message.header = {.epoch = number(0),
                          .sequence = number(8),
                          .heard_epoch = number(16),
                          .heard_sequence = number(24)};
        message.report.connections = number(32);
        message.report.standing = static_cast<Standing>(data[0] % 4);
        const auto bytes = codec.encode(message, ends);
        const auto read = codec.decode(bytes, ends);
        if (const auto* good = std::get_if<Message>(&read)) {
            require(*good == message);
            Session session(7, std::chrono::seconds(3));
            const TimePoint now{std::chrono::hours(1)};
            (void)session.next(now);
            (void)session.receive(good->header, data[1] % 3U, now);
            require(session.receive(good->header, data[1] % 3U, now) != Freshness::fresh);
        } else {
            require(std::get<Refusal>(read) == Refusal::nonsense);
        }
    }
    if (const auto keys = parse_keys({reinterpret_cast<const char*>(data), size}))
        require(parse_keys(to_text(*keys)) == *keys);
    return 0;
}
