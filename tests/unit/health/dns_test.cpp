#include "pulse/health/dns.h"

#include <gmock/gmock.h>

#include "talked.h"

namespace pulse::health {
namespace {

using std::string_literals::operator""s;

/// An answer to `dns_query(nonce, "www.example.org", type)`: these records of the answer section, each named
/// by a pointer to the question.
std::string answer(DnsType type, const std::vector<std::string>& records, int rcode = 0) {
    auto message = dns_query(nonce, "www.example.org", type);
    message[2] = '\x81';
    message[3] = static_cast<char>(0x80 | rcode);
    message[7] = static_cast<char>(records.size());
    for (const auto& data : records) {
        message += "\xc0\x0c\0"s + static_cast<char>(type) + "\0\1\0\0\0\0\0"s +
                   static_cast<char>(data.size()) + data;
    }
    return message;
}

std::string judgement(const DnsQuestion& question, const std::vector<std::string>& datagrams) {
    return text(talked(question, datagrams, End::falls_silent).outcome);
}

TEST(Dns, AsksOneQuestionWithRecursion) {
    EXPECT_EQ(dns_query(0x1234, "a.Example", DnsType::aaaa),
              "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\7Example\0\0\x1c\0\1"s);
    EXPECT_EQ(dns_query(1, ".", DnsType::ns), "\0\1\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"s);
}

TEST(Dns, NamesAreThoseThatFitIntoAQuestion) {
    for (const auto* name : {".", "org", "www.example.org", "www.example.org.", "_sip._udp.example.org"})
        EXPECT_TRUE(is_dns_name(name)) << name;
    const std::string long_label(64, 'x');
    const std::string long_name = std::string(63, 'x') + "." + std::string(63, 'x') + "." +
                                  std::string(63, 'x') + "." + std::string(63, 'x');
    for (const std::string& name : {""s, ".."s, "a..b"s, long_label, long_name, "a\0b"s})
        EXPECT_FALSE(is_dns_name(name)) << name;
}

TEST(Dns, RecordsOfEveryTypeAreRead) {
    const auto read = [](DnsType type, const std::string& data) {
        const auto found = dns_answer(answer(type, {data}), nonce, "www.example.org", type);
        return found && *found && (*found)->records.size() == 1 ? (*found)->records[0] : "?";
    };
    EXPECT_EQ(read(DnsType::a, "\xc0\0\2\x0a"s), "192.0.2.10");
    EXPECT_EQ(read(DnsType::aaaa, "\x20\1\x0d\xb8"s + std::string(11, '\0') + "\1"), "2001:db8::1");
    EXPECT_EQ(read(DnsType::cname, "\3WEB\xc0\x10"s), "web.example.org");
    EXPECT_EQ(read(DnsType::mx, "\0\x0a\4mail\xc0\x10"s), "mail.example.org");
    EXPECT_EQ(read(DnsType::srv, "\0\1\0\2\0\x50\3srv\0"s), "srv");
    EXPECT_EQ(read(DnsType::txt, "\5v=spf\3 ok"s), "v=spf ok");
    EXPECT_EQ(read(DnsType::a, "\xc0\0\2"s), "?");
    EXPECT_EQ(read(DnsType::txt, "\x09short"s), "?");
    EXPECT_EQ(read(DnsType::cname, "\xc0\xff"s), "?");
}

TEST(Dns, AnyRecordIsGoodUnlessOneIsAskedFor) {
    DnsQuestion question{.name = "www.example.org"};
    const auto one = answer(DnsType::a, {"\xc0\0\2\1"s, "\xc0\0\2\2"s});
    EXPECT_EQ(judgement(question, {one}), "");
    EXPECT_EQ(judgement(question, {answer(DnsType::a, {})}), "name server answers otherwise: no A record");
    EXPECT_EQ(judgement(question, {answer(DnsType::a, {}, 3)}), "name server says: NXDOMAIN");
    EXPECT_EQ(judgement(question, {answer(DnsType::a, {}, 11)}), "name server says: rcode 11");
    question.record = "192.0.2.2";
    EXPECT_EQ(judgement(question, {one}), "");
    question.record = "192.0.2.3";
    EXPECT_EQ(judgement(question, {one}), "name server answers otherwise: 192.0.2.1, 192.0.2.2");
}

TEST(Dns, AReturnCodeCanBeWhatIsWanted) {
    const DnsQuestion question{.name = "www.example.org", .rcode = 3, .any_record = false};
    EXPECT_EQ(judgement(question, {answer(DnsType::a, {}, 3)}), "");
    EXPECT_EQ(judgement(question, {answer(DnsType::a, {})}), "name server says: NOERROR");
}

TEST(Dns, AnswersToOthersAreNotHeard) {
    const DnsQuestion question{.name = "www.example.org"};
    const auto ours = answer(DnsType::a, {"\xc0\0\2\1"s});
    auto other_id = ours;
    other_id[1] = '\x35';
    auto other_name = ours;
    other_name[13] = 'x';
    EXPECT_EQ(
        judgement(question, {other_id, other_name, dns_query(nonce, "www.example.org", DnsType::a), "", "x"}),
        "read timed out");
    EXPECT_EQ(judgement(question, {other_id, ours}), "");
    auto upper = ours;
    upper[13] = 'W';
    EXPECT_EQ(judgement(question, {upper}), "");
}

TEST(Dns, AMalformedAnswerIsBad) {
    const DnsQuestion question{.name = "www.example.org"};
    const auto whole = answer(DnsType::a, {"\xc0\0\2\1"s});
    for (std::size_t size = 12; size < whole.size(); ++size)
        EXPECT_EQ(talked(question, {whole.substr(0, size)}, End::falls_silent).outcome.reason,
                  Reason::bad_answer)
            << size;
}

/// The same, cut off after `size` bytes, as the bit TC says.
std::string truncated(std::string message, std::size_t size = std::string::npos) {
    message[2] = static_cast<char>(message[2] | 2);
    return message.substr(0, size);
}

TEST(Dns, WhatIsTruncatedIsToBeAskedForAgain) {
    DnsQuestion question{.name = "www.example.org"};
    const auto outcome = [&](const std::string& datagram) {
        return talked(question, {datagram}, End::falls_silent).outcome;
    };
    const Outcome good_so_far{.truncated = true};
    EXPECT_EQ(outcome(truncated(answer(DnsType::a, {}))), good_so_far);
    EXPECT_EQ(outcome(truncated(answer(DnsType::a, {"\xc0\0\2\1"s}))), Outcome{}) << "any record was wanted";
    const auto two = answer(DnsType::a, {"\xc0\0\2\1"s, "\xc0\0\2\2"s});
    const auto question_only = answer(DnsType::a, {}).size();
    for (auto size = question_only; size < two.size(); ++size)
        EXPECT_TRUE(outcome(truncated(two, size)).good()) << "cut in the middle of a record: " << size;
    EXPECT_EQ(outcome(truncated(answer(DnsType::a, {}, 2))).reason, Reason::dns_status)
        << "a number is never cut";
    for (std::size_t size = 12; size < question_only; ++size)
        EXPECT_EQ(outcome(truncated(two, size)).reason, Reason::bad_answer) << size;

    question.record = "192.0.2.2";
    const Outcome not_so_far{
        .reason = Reason::dns_differs, .detail = "the answer is truncated", .truncated = true};
    EXPECT_EQ(outcome(truncated(answer(DnsType::a, {"\xc0\0\2\1"s}))), not_so_far);
    EXPECT_EQ(outcome(truncated(two)), Outcome{});
}

TEST(Dns, OverAStreamEachMessageHasItsLengthBeforeIt) {
    DnsQuestion question{.name = "www.example.org", .stream = true};
    const auto framed = [](const std::string& message) {
        return std::string{static_cast<char>(message.size() >> 8U),
                           static_cast<char>(message.size() & 0xffU)} +
               message;
    };
    const auto late = framed("\x12\x35\x81\x80"s + std::string(8, '\0'));
    const auto good = framed(answer(DnsType::a, {"\xc0\0\2\1"s}));
    for (const auto& pieces : cuts(late + good)) {
        const auto spoken = talked(question, pieces, End::falls_silent);
        EXPECT_EQ(spoken.outcome, Outcome{});
        EXPECT_EQ(spoken.said, framed(dns_query(nonce, "www.example.org", DnsType::a)));
    }
    for (const auto& pieces : cuts(framed(truncated(answer(DnsType::a, {})))))
        EXPECT_EQ(text(talked(question, pieces, End::closes).outcome),
                  "name server answers otherwise: no A record");
    EXPECT_EQ(talked(question, {"SSH-2.0-x\r\n"}, End::closes).outcome.reason, Reason::closed_early);
}

TEST(Dns, OfTwoAnswersTheWholeOneCountsIfThereIsOne) {
    const Outcome so_far{.truncated = true};
    const Outcome differs{.reason = Reason::dns_differs, .detail = "192.0.2.1"};
    EXPECT_EQ(whole_answer(so_far, Outcome{}), Outcome{});
    EXPECT_EQ(whole_answer(so_far, differs), differs);
    EXPECT_EQ(whole_answer(so_far, {.reason = Reason::connect_refused}),
              (Outcome{.note = "the answer does not fit into a datagram, and over TCP: connect refused"}));
    EXPECT_EQ(
        whole_answer({.reason = Reason::dns_differs, .truncated = true}, {.reason = Reason::read_timed_out})
            .reason,
        Reason::dns_differs);
}

TEST(Dns, WhatAnOperatorWritesIsSpeltAsAnswersAre) {
    EXPECT_EQ(record_text(DnsType::mx, "Mail.Example.org."), "mail.example.org");
    EXPECT_EQ(record_text(DnsType::aaaa, "2001:DB8:0::1"), "2001:db8::1");
    EXPECT_EQ(record_text(DnsType::txt, "V=Spf."), "V=Spf.");
    EXPECT_EQ(record_text(DnsType::ns, "."), ".");
}

}  // namespace
}  // namespace pulse::health
