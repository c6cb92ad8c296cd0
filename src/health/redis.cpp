#include "conversations.h"
#include "lines.h"

namespace pulse::health {

namespace {

class RedisTalk final : public Conversation {
  public:
    Step begin() override { return {.send = "PING\r\n"}; }

    Step heard(std::string_view bytes) override {
        lines_.feed(bytes);
        const auto line = lines_.next();
        if (!line)
            return lines_.endless() ? no_answer_of_the_protocol("not Redis", lines_.unfinished()) : Step{};
        // A server that wants a password first serves those who have it.
        if (*line == "+PONG" || line->starts_with("-NOAUTH") || line->starts_with("-NOPERM")) return good();
        if (line->starts_with('-')) return refused(line->substr(1));
        return no_answer_of_the_protocol("not Redis", *line);
    }

  private:
    Lines lines_;
};

}  // namespace

ConversationPtr talk_redis() { return std::make_unique<RedisTalk>(); }

}  // namespace pulse::health
