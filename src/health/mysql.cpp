#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pulse/base/printable.h"

#include "conversations.h"

namespace pulse::health {

namespace {

/// The client/server protocol's packets: 3 bytes of length, little-endian, 1 of sequence, the payload.
constexpr std::size_t header_size = 4;
/// A greeting or an error is far shorter; more means another protocol.
constexpr std::size_t longest_packet = 4096;

constexpr char error_packet = '\xff';
constexpr char protocol_version = 10;
constexpr std::string_view quit_command = "\x01";

/// A login was understood and turned down: access denied in its forms, and an account that is locked, has had
/// its password too long, or wants another way of authentication or TLS.
constexpr std::array understood{1044, 1045, 1049, 1251, 1698, 1862, 3118, 3159, 4151};

/// Said in place of a greeting, to this router alone: it may not come from here, or has been blocked. The
/// service's clients come with addresses of their own.
constexpr int host_blocked = 1129;
constexpr int host_not_allowed = 1130;

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::string packet(unsigned sequence, std::string_view payload) {
    const auto size = payload.size();
    std::string bytes{static_cast<char>(size & 0xffU), static_cast<char>(size >> 8U & 0xffU),
                      static_cast<char>(size >> 16U & 0xffU), static_cast<char>(sequence)};
    return bytes.append(payload);
}

/// HandshakeResponse41 with an empty password.
std::string login(const std::string& user) {
    constexpr std::string_view capabilities("\x01\x82\x00\x00",
                                            4);                 // long password, 4.1 protocol and passwords
    constexpr std::string_view longest("\x00\x00\x01\x00", 4);  // 64 KiB a packet
    constexpr char utf8 = 33;
    std::string payload(capabilities);
    payload += longest;
    payload += utf8;
    payload.append(23, '\0');
    payload += user;
    payload.append(2, '\0');  // the end of the name; a password of no bytes
    return payload;
}

class MysqlTalk final : public Conversation {
  public:
    explicit MysqlTalk(MysqlLogin login) : user_(std::move(login.user)) {}

    Step begin() override { return {}; }

    Step heard(std::string_view bytes) override {
        waiting_ += bytes;
        std::string said;
        while (waiting_.size() >= header_size) {
            const auto size = byte_at(waiting_, 0) | byte_at(waiting_, 1) << 8U | byte_at(waiting_, 2) << 16U;
            if (size == 0 || size > longest_packet)
                return after(said, no_answer_of_the_protocol("not MySQL", waiting_));
            if (waiting_.size() < header_size + size) break;
            const auto sequence = byte_at(waiting_, 3) + 1;
            const auto payload = waiting_.substr(header_size, size);
            waiting_.erase(0, header_size + size);
            auto step = after(said, received(payload, sequence));
            if (step.outcome) return step;
            said = std::move(step.send);
        }
        return {.send = std::move(said)};
    }

  private:
    Step received(std::string_view payload, unsigned sequence) {
        if (payload.front() == error_packet) return error(payload);
        if (!greeted_) {
            if (payload.front() != protocol_version) return no_answer_of_the_protocol("not MySQL", payload);
            greeted_ = true;
            return {.send = packet(sequence, login(user_))};
        }
        if (payload.front() == '\0') return good(packet(0, quit_command));
        // It asks for another way to authenticate: no password there either. Nobody asks twice.
        if (std::exchange(asked_again_, true)) return no_answer_of_the_protocol("not MySQL", payload);
        return {.send = packet(sequence, "")};
    }

    /// 0xff, the number, and from 4.1 on "#" with five characters of SQL state before the message.
    Step error(std::string_view payload) {
        if (payload.size() < 3) return no_answer_of_the_protocol("not MySQL", payload);
        const auto number = static_cast<int>(byte_at(payload, 1) | byte_at(payload, 2) << 8U);
        if (greeted_ && std::ranges::find(understood, number) != understood.end()) return good();
        auto message = payload.substr(3);
        if (message.starts_with('#')) message.remove_prefix(std::min<std::size_t>(6, message.size()));
        const auto said = std::to_string(number) + " " + std::string(message);
        if (number == host_not_allowed) return good();
        if (number == host_blocked)
            return decided(
                {.note = "the server is taken for well, but refuses this router: " + printable(said, 200)});
        return refused(said);
    }

    std::string user_;
    std::string waiting_;
    bool greeted_ = false;
    bool asked_again_ = false;
};

}  // namespace

ConversationPtr talk_mysql(MysqlLogin login) { return std::make_unique<MysqlTalk>(std::move(login)); }

}  // namespace pulse::health
