#include "conversations.h"

namespace pulse::health {

namespace {

/// Type, code, checksum and identifier, which the kernel fills in, and the sequence number (RFC 792, 4443).
class PingTalk final : public Conversation {
  public:
    PingTalk(Ping ping, std::uint16_t sequence) : v4_(ping.family == net::Family::v4), sequence_(sequence) {}

    Step begin() override { return {.send = message(v4_ ? 8 : 128) + "pulse nanny"}; }

    /// Anything else is an answer to somebody else, or a late one to an earlier check.
    Step heard(std::string_view bytes) override {
        const auto reply = message(v4_ ? 0 : 129);
        const bool ours = bytes.size() >= reply.size() && bytes.substr(0, 2) == reply.substr(0, 2) &&
                          bytes.substr(6, 2) == reply.substr(6, 2);
        return ours ? good() : Step{};
    }

  private:
    [[nodiscard]] std::string message(unsigned type) const {
        return {static_cast<char>(type),
                0,
                0,
                0,
                0,
                0,
                static_cast<char>(sequence_ >> 8U),
                static_cast<char>(sequence_ & 0xffU)};
    }

    bool v4_;
    std::uint16_t sequence_;
};

}  // namespace

ConversationPtr talk_ping(Ping ping, std::uint16_t sequence) {
    return std::make_unique<PingTalk>(ping, sequence);
}

}  // namespace pulse::health
