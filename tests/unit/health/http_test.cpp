#include <gmock/gmock.h>

#include "talked.h"

namespace pulse::health {
namespace {

HttpRequest request(const char* status = "200-399") {
    return {.host = "www.example.org", .status = *StatusList::parse(status)};
}

HttpRequest looking_for(decltype(HttpRequest::body) body) {
    auto wanted = request();
    wanted.body = std::move(body);
    return wanted;
}

/// The words for what is made of an answer, however it is cut; "" if it is good.
std::string judgement(const HttpRequest& request, const std::string& answer, End end = End::falls_silent) {
    const auto whole = talked(request, {answer}, end).outcome;
    for (const auto& pieces : cuts(answer))
        EXPECT_EQ(talked(request, pieces, end).outcome.reason, whole.reason)
            << testing::PrintToString(pieces);
    return text(whole);
}

TEST(Http, AsksAsABrowserWould) {
    auto head = request();
    head.method = "HEAD";
    head.path = "/status?x=1";
    EXPECT_EQ(
        talked(head, {}, End::closes).said,
        "HEAD /status?x=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: pulse-nanny\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n");
}

TEST(Http, TheStatusDecides) {
    EXPECT_EQ(judgement(request(), "HTTP/1.1 200 OK\r\n\r\n"), "");
    EXPECT_EQ(judgement(request(), "HTTP/1.0 302 Found\nLocation: /\n\n"), "");
    EXPECT_EQ(judgement(request(), "HTTP/1.1 204\r\n\r\n"), "");  // without a reason
    EXPECT_EQ(judgement(request(), "HTTP/1.1 503 Service Unavailable\r\n\r\n"), "HTTP status 503");
    EXPECT_EQ(judgement(request("401,500-599"), "HTTP/1.1 503 x\r\n\r\n"), "");
    EXPECT_EQ(judgement(request("401,500-599"), "HTTP/1.1 200 OK\r\n\r\n"), "HTTP status 200");
    EXPECT_EQ(judgement(request(), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 x\r\n\r\n"), "HTTP status 500");
}

TEST(Http, AnythingElseIsNotHttp) {
    EXPECT_EQ(judgement(request(), "SSH-2.0-OpenSSH\r\n"), "bad answer: not HTTP: \"SSH-2.0-OpenSSH\\r\\n\"");
    EXPECT_EQ(judgement(request(), "HTTP/x.1 200 OK\r\n\r\n"),
              "bad answer: not HTTP: \"HTTP/x.1 200 OK\\r\\n\\r\\n\"");
    EXPECT_EQ(judgement(request(), "HTTP/1.1 2000 OK\r\n\r\n"),
              "bad answer: not HTTP: \"HTTP/1.1 2000 OK\\r\\n\\r\\n\"");
    EXPECT_EQ(judgement(request(), "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
              "bad answer: not HTTP: \"HTTP/1.1 200 OK\\r\\nContent-Length: x\\r\\n\\r\\n\"");
    EXPECT_EQ(talked(request(), {"HTTP/1.1 200 OK\r\n" + std::string(70'000, 'x')}, End::falls_silent)
                  .outcome.reason,
              Reason::bad_answer);
}

TEST(Http, HalfAHeadIsNoAnswer) {
    EXPECT_EQ(judgement(request(), "HTTP/1.1 200 OK\r\n"), "read timed out");
    EXPECT_EQ(judgement(request(), "HTTP/1.1 200 OK\r\n", End::closes), "closed before expected bytes");
    EXPECT_EQ(judgement(request(), "", End::closes), "closed before expected bytes");
}

TEST(Http, TextIsFoundInABodyOfEitherFraming) {
    const auto ready = looking_for("I am ready");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n> I am ready <"), "");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nI am ready"),
              "HTTP body differs");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\n\r\nI am ready"), "");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\n\r\nI am", End::closes), "HTTP body differs");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nI am", End::closes),
              "closed before expected bytes");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "HTTP body differs");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 204 No Content\r\n\r\n"), "HTTP body differs");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 500 x\r\n\r\nI am ready"), "HTTP status 500");
    EXPECT_EQ(judgement(ready, "HTTP/1.1 200 OK\r\n\r\nI am"), "read timed out");
}

TEST(Http, TextIsFoundAcrossChunks) {
    const auto ready = looking_for("I am ready");
    const std::string head = "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n";
    EXPECT_EQ(judgement(ready, head + "4\r\nI am\r\n6;x=y\r\n ready\r\n0\r\n\r\n"), "");
    EXPECT_EQ(judgement(ready, head + "4\r\nI am\r\n0\r\nTrailer: ready\r\n\r\n"), "HTTP body differs");
    EXPECT_EQ(judgement(ready, head + "4\r\nI am", End::closes), "closed before expected bytes");
    EXPECT_THAT(judgement(ready, head + "4\r\nI am ready\r\n"),
                testing::HasSubstr("bad answer: broken HTTP chunks"));
    EXPECT_THAT(judgement(ready, head + "four\r\n"), testing::HasSubstr("bad answer: broken HTTP chunks"));
    EXPECT_THAT(judgement(ready, head + "ffffffffffffffffff\r\n"),
                testing::HasSubstr("bad answer: broken HTTP chunks"));
}

TEST(Http, TextThatWasFoundIsNotLostInWhatFollows) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(judgement(looking_for("ready"), head + "5\r\nready\r\nno chunk\r\n"), "");
    EXPECT_EQ(judgement(looking_for("ready"), "HTTP/1.1 200 OK\n\nready\r\n\r\n"), "");
}

TEST(Http, AnExpressionIsTriedOnTheWholeBody) {
    const auto version = looking_for(Pattern("^version [0-9]+$"));
    EXPECT_EQ(judgement(version, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nversion 12"), "");
    EXPECT_EQ(judgement(version, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nversion 12x"),
              "HTTP body differs");
    EXPECT_EQ(judgement(version, "HTTP/1.1 200 OK\r\n\r\nversion 12", End::closes), "");
    EXPECT_EQ(judgement(looking_for(Pattern("(")), "HTTP/1.1 200 OK\r\n\r\nx", End::closes),
              "bad regular expression: Unmatched ( or \\(");
}

TEST(Http, AHugeBodyIsNotReadToItsEnd) {
    const std::vector<std::string> flood(100, std::string(4096, 'x'));
    auto pieces = flood;
    pieces.insert(pieces.begin(), "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
    EXPECT_EQ(talked(looking_for("ready"), pieces, End::falls_silent).outcome.reason, Reason::http_body);
}

TEST(StatusList, ReadsCodesAndRangesAndNothingElse) {
    const auto list = StatusList::parse("200-299, 401,500 503");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->to_string(), "200-299,401,500,503");
    EXPECT_TRUE(list->contains(200) && list->contains(299) && list->contains(503));
    EXPECT_FALSE(list->contains(300) || list->contains(400));
    for (const auto* wrong : {"", ",", "2xx", "99", "600", "300-200", "200-", "200-300-400", "0200"})
        EXPECT_FALSE(StatusList::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace pulse::health
