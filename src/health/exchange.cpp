#include <utility>

#include "conversations.h"

namespace pulse::health {

namespace {

class ExchangeTalk final : public Conversation {
  public:
    explicit ExchangeTalk(Exchange exchange)
        : send_(std::move(exchange.send)), matcher_(std::move(exchange.expect)) {}

    Step begin() override {
        auto step = state();
        step.send = send_;
        return step;
    }
    Step heard(std::string_view bytes) override {
        matcher_.feed(bytes);
        return state();
    }
    Step closed() override {
        matcher_.close();
        return decided(matcher_.outcome());
    }
    Step silence() override {
        matcher_.stop_waiting();
        return decided(matcher_.outcome());
    }

  private:
    [[nodiscard]] Step state() const {
        if (matcher_.decided()) return decided(matcher_.outcome());
        return {.perhaps_complete = matcher_.progress() == Matcher::Progress::fits_so_far};
    }

    std::string send_;
    Matcher matcher_;
};

}  // namespace

ConversationPtr talk_exchange(Exchange exchange) {
    return std::make_unique<ExchangeTalk>(std::move(exchange));
}

}  // namespace pulse::health
