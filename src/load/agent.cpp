#include "pulse/load/agent.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "pulse/base/printable.h"
#include "pulse/base/text.h"

namespace pulse::load {

namespace {

constexpr int most_percent = 256;  // HAProxy's largest weight

constexpr std::array<std::pair<std::string_view, AgentWish>, 8> words{{
    {"up", AgentWish::ready},
    {"ready", AgentWish::ready},
    {"drain", AgentWish::drain},
    {"maint", AgentWish::maint},
    {"down", AgentWish::down},
    {"fail", AgentWish::down},
    {"failed", AgentWish::down},
    {"stopped", AgentWish::down},
}};

void read_word(std::string_view word, AgentReply& reply, bool& understood) {
    if (word.ends_with('%')) {
        const auto percent = parse_decimal<int>(word.substr(0, word.size() - 1));
        if (!percent || *percent < 0) return;
        reply.percent = std::min(*percent, most_percent);
        understood = true;
        return;
    }
    const auto* known = std::ranges::find(words, word, [](const auto& each) { return each.first; });
    if (known == words.end()) return;
    reply.wish = known->second;
    reply.word = word;
    understood = true;
}

}  // namespace

std::optional<AgentReply> parse_agent(std::string_view sent) {
    const auto line = sent.substr(0, sent.find_first_of(std::string_view("\r\n\0", 3)));
    const auto hash = std::min(line.find('#'), line.size());
    AgentReply reply{.about = printable(trim(line.substr(std::min(hash + 1, line.size()))))};
    std::string said(line.substr(0, hash));
    for (char& letter : said)
        letter = letter == ',' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    bool understood = false;
    for (const auto word : split_words(said)) read_word(word, reply, understood);
    if (!understood) return std::nullopt;
    return reply;
}

}  // namespace pulse::load
