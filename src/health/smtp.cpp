#include <algorithm>
#include <cctype>
#include <utility>

#include "conversations.h"
#include "lines.h"

namespace pulse::health {

namespace {

/// "250-SIZE 1000" and "250 ok": three digits, and a dash if more lines belong to the reply.
bool is_reply(std::string_view line) {
    return line.size() >= 3 &&
           std::ranges::all_of(line.substr(0, 3), [](unsigned char c) { return std::isdigit(c); }) &&
           (line.size() == 3 || line[3] == ' ' || line[3] == '-');
}

class SmtpTalk final : public Conversation {
  public:
    explicit SmtpTalk(SmtpGreeting greeting) : name_(std::move(greeting.name)) {}

    Step begin() override { return {}; }

    Step heard(std::string_view bytes) override {
        lines_.feed(bytes);
        std::string said;
        while (const auto line = lines_.next()) {
            if (!is_reply(*line)) return after(said, no_answer_of_the_protocol("not SMTP", *line));
            if (line->size() > 3 && line->at(3) == '-') continue;
            auto step = after(said, reply(*line));
            if (step.outcome) return step;
            said = std::move(step.send);
        }
        const auto& begun = lines_.unfinished();
        const bool text_less = begun.size() == 4 && begun.back() == '\r';
        if (lines_.endless() || (begun.size() > 3 && !is_reply(begun) && !text_less))
            return after(said, no_answer_of_the_protocol("not SMTP", begun));
        return {.send = std::move(said)};
    }

  private:
    enum class Waiting { for_greeting, for_ehlo, for_helo };

    Step reply(std::string_view line) {
        const bool accepted = line.front() == '2';
        switch (waiting_) {
            case Waiting::for_greeting:
                if (!accepted) break;
                waiting_ = Waiting::for_ehlo;
                return {.send = "EHLO " + name_ + "\r\n"};
            case Waiting::for_ehlo:
                if (accepted) return good(goodbye);
                if (line.front() != '5') break;
                waiting_ = Waiting::for_helo;  // older than EHLO
                return {.send = "HELO " + name_ + "\r\n"};
            case Waiting::for_helo:
                if (accepted) return good(goodbye);
                break;
        }
        return refused(line, goodbye);
    }

    static constexpr const char* goodbye = "QUIT\r\n";

    std::string name_;
    Lines lines_;
    Waiting waiting_ = Waiting::for_greeting;
};

}  // namespace

ConversationPtr talk_smtp(SmtpGreeting greeting) { return std::make_unique<SmtpTalk>(std::move(greeting)); }

}  // namespace pulse::health
