#pragma once

#include <cstdint>
#include <memory>

#include "pulse/health/conversation.h"

namespace pulse::health {

/// The machine of each talk, one file each.
using ConversationPtr = std::unique_ptr<Conversation>;

ConversationPtr talk_exchange(Exchange exchange);
ConversationPtr talk_http(HttpRequest request);
ConversationPtr talk_dns(DnsQuestion question, std::uint16_t id);
ConversationPtr talk_smtp(SmtpGreeting greeting);
ConversationPtr talk_redis();
ConversationPtr talk_mysql(MysqlLogin login);
ConversationPtr talk_postgresql(PostgresqlLogin login);
ConversationPtr talk_ping(Ping ping, std::uint16_t sequence);

}  // namespace pulse::health
