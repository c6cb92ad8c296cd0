#include "pulse/health/conversation.h"

#include <gmock/gmock.h>

#include "talked.h"

namespace pulse::health {
namespace {

using std::string_literals::operator""s;

/// A stream from the server, how it ends, the words for what we make of it ("" if it is good), and what we
/// say altogether.
struct Case {
    std::string stream;
    End end;
    std::string text;
    std::string said;
};

void expect(const Talk& talk, const std::vector<Case>& cases) {
    for (const auto& each : cases) {
        SCOPED_TRACE(testing::PrintToString(each.stream));
        const auto whole = talked(talk, {each.stream}, each.end);
        EXPECT_EQ(text(whole.outcome), each.text);
        EXPECT_EQ(whole.said, each.said);
        for (const auto& pieces : cuts(each.stream)) {
            const auto cut = talked(talk, pieces, each.end);
            EXPECT_EQ(cut.outcome.reason, whole.outcome.reason);
            EXPECT_EQ(cut.said, whole.said);
        }
    }
}

TEST(Smtp, GreetsAndSaysGoodbye) {
    const std::string ehlo = "EHLO me\r\n";
    const std::string both = ehlo + "QUIT\r\n";
    expect(
        SmtpGreeting{"me"},
        {
            {"220 mail ESMTP\r\n250 mail\r\n", End::falls_silent, "", both},
            {"220-mail\r\n220 ESMTP\r\n250-mail\r\n250-SIZE 1\r\n250 HELP\r\n", End::falls_silent, "", both},
            {"220 old\n500 what?\n250 ok\n", End::falls_silent, "", ehlo + "HELO me\r\nQUIT\r\n"},
            {"220 old\r\n502 no\r\n502 no\r\n", End::falls_silent, "server refuses: 502 no",
             ehlo + "HELO me\r\nQUIT\r\n"},
            {"554 no SMTP service here\r\n", End::falls_silent, "server refuses: 554 no SMTP service here",
             "QUIT\r\n"},
            {"220 mail\r\n421 too busy\r\n", End::falls_silent, "server refuses: 421 too busy", both},
            {"220 mail\r\n", End::falls_silent, "read timed out", ehlo},
            {"220 mail\r\n", End::closes, "closed before expected bytes", ehlo},
            {"220-mail\r\n", End::closes, "closed before expected bytes", ""},
            {"220\r\n250\r\n", End::falls_silent, "", both},
            {"SSH-2.0-OpenSSH\r\n", End::falls_silent, "bad answer: not SMTP: \"SSH-2.0-OpenSSH\"", ""},
            {"22\r\n", End::falls_silent, "bad answer: not SMTP: \"22\"", ""},
        });
}

TEST(Smtp, AnEndlessLineIsNone) {
    const auto told = talked(SmtpGreeting{"me"}, {"220 " + std::string(5000, 'x')}, End::falls_silent);
    EXPECT_EQ(told.outcome.reason, Reason::bad_answer);
}

TEST(Redis, PongIsGoodAndALoadingServerIsNot) {
    const std::string ping = "PING\r\n";
    expect(RedisPing{}, {
                            {"+PONG\r\n", End::falls_silent, "", ping},
                            {"-NOAUTH Authentication required.\r\n", End::falls_silent, "", ping},
                            {"-LOADING Redis is loading the dataset in memory\r\n", End::falls_silent,
                             "server refuses: LOADING Redis is loading the dataset in memory", ping},
                            {"HTTP/1.1 400 Bad Request\r\n", End::falls_silent,
                             "bad answer: not Redis: \"HTTP/1.1 400 Bad Request\"", ping},
                            {"+PON", End::falls_silent, "read timed out", ping},
                            {"", End::closes, "closed before expected bytes", ping},
                        });
}

/// A packet of MySQL's protocol.
std::string mysql(char sequence, const std::string& payload) {
    return std::string{static_cast<char>(payload.size()), 0, 0, sequence} + payload;
}
const std::string mysql_greeting = mysql(0,
                                         "\x0a"
                                         "10.11.6-MariaDB\0\1\0\0\0salt....\0"s +
                                             std::string(40, '\0'));
const std::string mysql_login = mysql(1, "\x01\x82\0\0\0\0\1\0\x21"s + std::string(23, '\0') + "me\0\0"s);

TEST(Mysql, ALoginThatIsTurnedDownIsGood) {
    const auto error = [](char sequence, int number, const std::string& message) {
        return mysql(
            sequence,
            std::string{'\xff', static_cast<char>(number & 0xff), static_cast<char>(number >> 8)} + message);
    };
    expect(MysqlLogin{"me"},
           {
               {mysql_greeting + error(2, 1045, "#28000Access denied"), End::falls_silent, "", mysql_login},
               {mysql_greeting + error(2, 1698, "#28000Access denied"), End::falls_silent, "", mysql_login},
               {mysql_greeting + mysql(2, "\0\0\0\2\0\0\0"s), End::falls_silent, "",
                mysql_login + mysql(0, "\1")},
               {mysql_greeting + mysql(2, "\xfemysql_native_password\0salt"s) + error(4, 1045, "#28000no"),
                End::falls_silent, "", mysql_login + mysql(3, "")},
               {error(0, 1040, "Too many connections"), End::closes,
                "server refuses: 1040 Too many connections", ""},
               {error(0, 1045, "#28000no"), End::closes, "server refuses: 1045 no", ""},
               {mysql_greeting + error(2, 3159, "#HY000TLS please"), End::falls_silent, "", mysql_login},
               {error(0, 1130, "Host '10.0.0.1' is not allowed to connect"), End::closes, "", ""},
               {mysql_greeting + error(2, 1053, "#08S01Server shutdown in progress"), End::closes,
                "server refuses: 1053 Server shutdown in progress", mysql_login},
               {mysql_greeting, End::falls_silent, "read timed out", mysql_login},
               {mysql_greeting, End::closes, "closed before expected bytes", mysql_login},
               {"HTTP/1.1 400 Bad Request\r\n", End::closes,
                "bad answer: not MySQL: \"HTTP/1.1 400 Bad Request\\r\\n\"", ""},
               {mysql(0, "\x09old"), End::falls_silent, "bad answer: not MySQL: \"\\told\"", ""},
               {mysql(0, ""), End::falls_silent, "bad answer: not MySQL: \"\\x00\\x00\\x00\\x00\"", ""},
           });
}

TEST(Mysql, ThatBlocksThisRouterIsGoodAndSaysSo) {
    const auto outcome =
        talked(MysqlLogin{"me"}, {mysql(0, "\xff\x69\4Host '10.0.0.1' is \x1b blocked")}, End::closes)
            .outcome;
    EXPECT_TRUE(outcome.good());
    EXPECT_EQ(outcome.note,
              "the server is taken for well, but refuses this router: 1129 Host '10.0.0.1' is \\x1b blocked");
}

/// A message of PostgreSQL's protocol.
std::string postgresql(char kind, const std::string& content) {
    return std::string{kind, 0, 0, 0, static_cast<char>(content.size() + 4)} + content;
}

TEST(Postgresql, ALoginThatIsTurnedDownIsGood) {
    const auto startup = "\0\0\0\x28\0\3\0\0user\0me\0application_name\0pulse\0\0"s;
    const auto error = [](const std::string& state, const std::string& message) {
        return postgresql('E', "SFATAL\0VFATAL\0C"s + state + "\0M"s + message + "\0\0"s);
    };
    expect(PostgresqlLogin{"me"},
           {
               {postgresql('R', "\0\0\0\x0aSCRAM-SHA-256\0\0"s), End::falls_silent, "", startup},
               {postgresql('R', "\0\0\0\0"s), End::falls_silent, "", startup + "X\0\0\0\4"s},
               {postgresql('N', "SNOTICE\0\0"s) + postgresql('R', "\0\0\0\5salt"s), End::falls_silent, "",
                startup},
               {error("28P01", "no such user"), End::falls_silent, "", startup},
               {error("3D000", "no such database"), End::falls_silent, "", startup},
               {error("57P03", "the database system is starting up"), End::closes,
                "server refuses: 57P03 the database system is starting up", startup},
               {error("53300", "too many clients"), End::closes, "server refuses: 53300 too many clients",
                startup},
               {error("08P01", "no such database: pulse"), End::closes, "", startup},
               {error("08P01", "no such user: pulse"), End::closes, "", startup},
               {error("08P01", "SSL required"), End::closes, "", startup},
               {error("08P01", "no more connections allowed (max_client_conn)"), End::closes,
                "server refuses: 08P01 no more connections allowed (max_client_conn)", startup},
               {error("08P01", "server_login_failed: the database is starting up"), End::closes,
                "server refuses: 08P01 server_login_failed: the database is starting up", startup},
               {postgresql('E', ""), End::closes, "bad answer: not PostgreSQL: \"\"", startup},
               {postgresql('R', "\0\0"s), End::falls_silent, "", startup},
               {"HTTP/1.1 400 Bad Request\r\n", End::closes,
                "bad answer: not PostgreSQL: \"HTTP/1.1 400 Bad Request\\r\\n\"", startup},
               {"R\0\0\0\1"s, End::falls_silent, "bad answer: not PostgreSQL: \"R\\x00\\x00\\x00\\x01\"",
                startup},
               {"R\0\0"s, End::falls_silent, "read timed out", startup},
               {"", End::closes, "closed before expected bytes", startup},
           });
}

TEST(Ping, OnlyTheReplyToThisRequestCounts) {
    const auto reply = "\0\0\xab\xcd\x77\x77\x12\x34pulse nanny"s;
    const auto late = "\0\0\xab\xcd\x77\x77\x12\x33pulse nanny"s;
    EXPECT_TRUE(talked(Ping{net::Family::v4}, {late, "", "\3\1"s, reply}, End::falls_silent).outcome.good());
    EXPECT_EQ(text(talked(Ping{net::Family::v4}, {late}, End::falls_silent).outcome), "read timed out");
    EXPECT_TRUE(talked(Ping{net::Family::v6}, {"\x81\0\0\0\0\0\x12\x34"s}, End::falls_silent).outcome.good());
    EXPECT_FALSE(talked(Ping{net::Family::v6}, {reply}, End::falls_silent).outcome.good());
    EXPECT_EQ(talked(Ping{net::Family::v4}, {}, End::falls_silent).said,
              "\x08\0\0\0\0\0\x12\x34pulse nanny"s);
    EXPECT_EQ(talked(Ping{net::Family::v6}, {}, End::falls_silent).said,
              "\x80\0\0\0\0\0\x12\x34pulse nanny"s);
}

}  // namespace
}  // namespace pulse::health
