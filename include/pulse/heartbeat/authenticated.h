#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "pulse/heartbeat/key.h"
#include "pulse/heartbeat/report.h"
#include "pulse/net/ip_address.h"

namespace pulse::heartbeat {

/// What makes a message of format 2 one that cannot be repeated; `Session` makes and judges it.
struct Header {
    std::uint64_t epoch = 0;           ///< chosen at random when the sender started; never 0
    std::uint64_t sequence = 0;        ///< grows with each message of an epoch
    std::uint64_t heard_epoch = 0;     ///< of the message the sender heard last from the receiver; 0: of none
    std::uint64_t heard_sequence = 0;  ///< of that message
    friend bool operator==(const Header&, const Header&) = default;
};

struct Message {
    Header header;
    Report report;
    friend bool operator==(const Message&, const Message&) = default;
};

/// Why a datagram is no message of format 2.
enum class Refusal : std::uint8_t {
    other_format,   ///< a classic heartbeat, or nothing we know
    wrong_length,   ///< cut off, or longer than a message can be
    wrong_version,  ///< of a newer or older pulse
    unknown_key,
    wrong_signature,
    nonsense,  ///< signed well, yet it says what cannot be
};

/// The two ends of a way. They are signed too, so that a message is good for its own way and direction only.
struct Ends {
    net::IpAddress from;
    net::IpAddress to;
};

/// Signs and verifies with the keys it was made of (HMAC-SHA256). No I/O, no clock.
class Codec {
  public:
    /// `keys` must not be empty.
    explicit Codec(const Keys& keys);
    ~Codec();
    Codec(Codec&&) noexcept;
    Codec& operator=(Codec&&) noexcept;
    Codec(const Codec&) = delete;
    Codec& operator=(const Codec&) = delete;

    /// The bytes of docs/heartbeat.md, signed with the first key.
    [[nodiscard]] std::vector<std::uint8_t> encode(const Message& message, const Ends& ends) const;

    /// Everything that can be refused without computing a signature is.
    [[nodiscard]] std::variant<Message, Refusal> decode(std::span<const std::uint8_t> datagram,
                                                        const Ends& ends) const;

  private:
    struct Signer;
    [[nodiscard]] const Signer* signer(std::uint8_t id) const;
    std::vector<std::unique_ptr<Signer>> signers_;
};

/// No message is longer; a longer datagram is refused.
inline constexpr std::size_t longest_message = 512;

}  // namespace pulse::heartbeat
