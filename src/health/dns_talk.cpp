#include <algorithm>
#include <utility>

#include "pulse/base/printable.h"

#include "conversations.h"

namespace pulse::health {

namespace {

class DnsTalk final : public Conversation {
  public:
    DnsTalk(DnsQuestion question, std::uint16_t id) : question_(std::move(question)), id_(id) {}

    Step begin() override { return {.send = dns_query(id_, question_.name, question_.type)}; }

    Step heard(std::string_view datagram) override {
        const auto answer = dns_answer(datagram, id_, question_.name, question_.type);
        if (!answer)
            return {};  // not to us: a connected socket hears only that server, but also its late answers
        if (!*answer) return no_answer_of_the_protocol("not DNS", datagram);
        return judged(**answer);
    }

  private:
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
};

}  // namespace

ConversationPtr talk_dns(DnsQuestion question, std::uint16_t id) {
    return std::make_unique<DnsTalk>(std::move(question), id);
}

}  // namespace pulse::health
