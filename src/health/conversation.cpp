#include "pulse/health/conversation.h"

#include "pulse/base/match.h"
#include "pulse/base/printable.h"

#include "conversations.h"

namespace pulse::health {

Step Conversation::no_answer_of_the_protocol(std::string_view what, std::string_view bytes) {
    return decided(
        {.reason = Reason::bad_answer, .detail = std::string(what) + ": \"" + printable(bytes) + "\""});
}

Step Conversation::refused(std::string_view said, std::string farewell) {
    return decided({.reason = Reason::service_refused, .detail = printable(said, 200)}, std::move(farewell));
}

std::unique_ptr<Conversation> conversation(const Talk& talk, std::uint16_t nonce) {
    return match(
        talk, [](const Exchange& exchange) { return talk_exchange(exchange); },
        [](const HttpRequest& request) { return talk_http(request); },
        [&](const DnsQuestion& question) { return talk_dns(question, nonce); },
        [](const SmtpGreeting& greeting) { return talk_smtp(greeting); },
        [](const RedisPing&) { return talk_redis(); },
        [](const MysqlLogin& login) { return talk_mysql(login); },
        [](const PostgresqlLogin& login) { return talk_postgresql(login); },
        [&](const Ping& ping) { return talk_ping(ping, nonce); });
}

}  // namespace pulse::health
