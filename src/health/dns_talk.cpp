#include <algorithm>
#include <utility>

#include "pulse/base/printable.h"

#include "conversations.h"

namespace pulse::health {

namespace {

class DnsTalk final : public Conversation {
  public:
    DnsTalk(DnsQuestion question, std::uint16_t id) : question_(std::move(question)), id_(id) {}

    Step begin() override {
        const auto query = dns_query(id_, question_.name, question_.type);
        if (!question_.stream) return {.send = query};
        return {.send = std::string{static_cast<char>(query.size() >> 8U),
                                    static_cast<char>(query.size() & 0xffU)} +
                        query};
    }

    Step heard(std::string_view bytes) override {
        if (!question_.stream) return message(bytes);
        waiting_ += bytes;
        while (const auto whole = next_message()) {
            auto step = message(*whole);
            if (step.outcome) return step;
        }
        return {};
    }

  private:
    /// Of a stream: two bytes of length, then the message.
    std::optional<std::string> next_message() {
        constexpr std::size_t prefix = 2;
        if (waiting_.size() < prefix) return std::nullopt;
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(waiting_[0])) << 8U |
                          static_cast<unsigned char>(waiting_[1]);
        if (waiting_.size() < prefix + size) return std::nullopt;
        auto whole = waiting_.substr(prefix, size);
        waiting_.erase(0, prefix + size);
        return whole;
    }

    [[nodiscard]] Step message(std::string_view datagram) const {
        const auto answer = dns_answer(datagram, id_, question_.name, question_.type);
        if (!answer)
            return {};  // not to us: a connected socket hears only that server, but also its late answers
        if (!*answer) return no_answer_of_the_protocol("not DNS", datagram);
        auto step = judged(**answer);
        const bool may_be_cut_off =
            (*answer)->truncated && !question_.stream && step.outcome->reason == Reason::dns_differs;
        if (!may_be_cut_off) return step;
        // That something was cut off is a record, where any will do.
        Outcome so_far{.truncated = true};
        if (question_.record) {
            so_far.reason = Reason::dns_differs;
            so_far.detail = "the answer is truncated";
        }
        return decided(std::move(so_far));
    }

    [[nodiscard]] Step judged(const DnsAnswer& answer) const {
        if (answer.rcode != question_.rcode)
            return decided({.reason = Reason::dns_status, .detail = rcode_name(answer.rcode)});
        const auto& records = answer.records;
        const bool found = question_.record ? std::ranges::find(records, *question_.record) != records.end()
                                            : !question_.any_record || !records.empty();
        if (found) return good();
        if (records.empty())
            return decided({.reason = Reason::dns_differs,
                            .detail = "no " + std::string(name(question_.type)) + " record"});
        std::string said;
        for (const auto& record : records) said += (said.empty() ? "" : ", ") + record;
        return decided({.reason = Reason::dns_differs, .detail = printable(said, 200)});
    }

    DnsQuestion question_;
    std::uint16_t id_;
    std::string waiting_;  ///< what has come of a message over a stream
};

}  // namespace

ConversationPtr talk_dns(DnsQuestion question, std::uint16_t id) {
    return std::make_unique<DnsTalk>(std::move(question), id);
}

}  // namespace pulse::health
