#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "conversations.h"

namespace pulse::health {

namespace {

/// A message of the server: a letter, 4 bytes of length that count themselves, big-endian, the rest.
constexpr std::size_t header_size = 5;
/// An answer to a login is far shorter; more means another protocol.
constexpr std::size_t longest_message = 30000;

constexpr std::uint32_t protocol_version = 3U << 16U;

/// How PgBouncer (and what imitates it) turns down a login as such, under the number of any broken protocol.
constexpr std::array<std::string_view, 6> words_of_poolers{"no such database", "no such user", "SSL required",
                                                           "login rejected",   "not allowed",  "auth failed"};

std::string big_endian(std::uint32_t number) {
    return {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U & 0xffU),
            static_cast<char>(number >> 8U & 0xffU), static_cast<char>(number & 0xffU)};
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

/// The field of an error: each is a letter and a text that ends in a zero byte.
std::string_view field(std::string_view fields, char letter) {
    while (!fields.empty() && fields.front() != '\0') {
        const auto text = fields.substr(1, fields.find('\0', 1) - 1);
        if (fields.front() == letter) return text;
        fields.remove_prefix(std::min(fields.size(), text.size() + 2));
    }
    return {};
}

class PostgresqlTalk final : public Conversation {
  public:
    explicit PostgresqlTalk(PostgresqlLogin login) : user_(std::move(login.user)) {}

    Step begin() override {
        std::string message = big_endian(protocol_version);
        for (const auto& text :
             {std::string("user"), user_, std::string("application_name"), std::string("pulse")})
            message.append(text).push_back('\0');
        message.push_back('\0');
        return {.send = big_endian(static_cast<std::uint32_t>(message.size() + 4)) + message};
    }

    Step heard(std::string_view bytes) override {
        waiting_ += bytes;
        for (;;) {
            if (!waiting_.empty() && std::string_view("REvN").find(waiting_.front()) == std::string::npos)
                return no_answer_of_the_protocol("not PostgreSQL", waiting_);
            if (waiting_.size() < header_size) return {};
            const auto size = number_at(waiting_, 1);
            if (size < 4 || size > longest_message)
                return no_answer_of_the_protocol("not PostgreSQL", waiting_);
            if (waiting_.size() < 1 + size) return {};
            const auto kind = waiting_.front();
            const auto content = waiting_.substr(header_size, size - 4);
            waiting_.erase(0, 1 + size);
            if (kind == 'R') return authentication(content);
            if (kind == 'E') return error(content);
            // A notice, or the protocol's version being talked about: the answer comes after it.
        }
    }

  private:
    /// It wants a password, or let us in.
    static Step authentication(std::string_view content) {
        const bool let_in = content.size() == 4 && number_at(content, 0) == 0;
        return good(let_in ? "X" + big_endian(4) : "");
    }

    /// Classes of SQLSTATE: 28 is a login that is turned down and 3D a database that is not there, which only
    /// a working server can say. The rest (53 too many connections, 57 starting up or shutting down) is not.
    /// Poolers say both with 08P01, as they say "too many" and "cannot connect": there the words decide.
    static Step error(std::string_view fields) {
        const auto state = field(fields, 'C');
        const auto message = field(fields, 'M');
        const bool turned_down = state.starts_with("28") || state.starts_with("3D") ||
                                 (state == "08P01" && std::ranges::any_of(words_of_poolers, [&](auto words) {
                                      return message.find(words) != std::string_view::npos;
                                  }));
        if (turned_down) return good();
        if (state.empty()) return no_answer_of_the_protocol("not PostgreSQL", fields);
        return refused(std::string(state) + " " + std::string(message));
    }

    std::string user_;
    std::string waiting_;
};

}  // namespace

ConversationPtr talk_postgresql(PostgresqlLogin login) {
    return std::make_unique<PostgresqlTalk>(std::move(login));
}

}  // namespace pulse::health
