#include "pulse/health/check.h"

#include <gmock/gmock.h>

namespace pulse::health {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NannySpec spec_for(std::uint16_t virtual_port) {
    NannySpec spec;
    spec.real_server = net::IpAddress::v4(0x0a000007);
    spec.real_port = net::Port{8080};
    spec.virtual_port = net::Port{virtual_port};
    return spec;
}

Exchange exchange(const NannySpec& spec) {
    return std::get<Exchange>(std::get<SocketCheck>(check_from(spec).check).talk);
}

TEST(Check, VirtualPort80WithNothingConfiguredIsAWebServer) {
    const auto [check, notes] = check_from(spec_for(80));
    const auto& web = std::get<SocketCheck>(check);
    EXPECT_EQ(web.endpoint.to_string(), "10.0.0.7:8080");
    EXPECT_EQ(web.talk, Talk(Exchange{.send = "GET / HTTP/1.0\r\n\r\n", .expect = Prefix{"HTTP"}}));
    EXPECT_THAT(notes, ElementsAre("nanny: no monitor configured, assuming web service on port 80"));
}

TEST(Check, AnythingConfiguredIsTakenAsItIs) {
    auto other_port = spec_for(25);
    EXPECT_EQ(exchange(other_port).send, "");
    EXPECT_EQ(exchange(other_port).expect, Expectation(NoAnswer{}));

    auto send_only = spec_for(80);
    send_only.send = "\\r\\n";
    EXPECT_EQ(exchange(send_only).send, "\r\n");
    EXPECT_EQ(exchange(send_only).expect, Expectation(NoAnswer{}));

    auto both_empty = spec_for(80);
    both_empty.send = "";
    both_empty.expect = "";
    EXPECT_EQ(exchange(both_empty).send, "");
    EXPECT_EQ(exchange(both_empty).expect, Expectation(AnyAnswer{}));
}

TEST(Check, AStarAloneIsAnythingUnlessItIsARegularExpression) {
    auto spec = spec_for(80);
    spec.expect = "*";
    EXPECT_EQ(exchange(spec).expect, Expectation(AnyAnswer{}));
    spec.regex = true;
    EXPECT_EQ(exchange(spec).expect, Expectation(Pattern{"*"}));
    spec.regex = false;
    spec.expect = "**";
    EXPECT_EQ(exchange(spec).expect, Expectation(Prefix{"**"}));
}

TEST(Check, EscapesAreTranslatedUnlessSuppressed) {
    auto spec = spec_for(80);
    spec.send = "a\\n";
    spec.expect = "b\\d";
    EXPECT_EQ(exchange(spec), (Exchange{.send = "a\n", .expect = Prefix{"b\\d"}}));
    EXPECT_THAT(check_from(spec).notes, ElementsAre(HasSubstr("the expect string \"b\\d\"")));

    const auto kept = check_from(spec, Escapes::keep);
    EXPECT_EQ(std::get<Exchange>(std::get<SocketCheck>(kept.check).talk).send, "a\\n");
    EXPECT_THAT(kept.notes, IsEmpty());
}

TEST(Check, AProgramIsToldWhatToCheck) {
    auto spec = spec_for(80);
    spec.virtual_address = net::IpAddress::v4(0x0a000064);
    spec.label = "web/alpha";
    spec.send_program = "  /bin/check %h %p  -x%h:%p/ \"%v\" %n 100% %d %%h";
    spec.expect = "OK\\t";
    const auto [check, notes] = check_from(spec);
    const auto& program = std::get<ProgramCheck>(check);
    EXPECT_THAT(program.words, ElementsAre("/bin/check", "10.0.0.7", "8080", "-x10.0.0.7:8080/",
                                           "\"10.0.0.100\"", "web/alpha", "100%", "%d", "%10.0.0.7"));
    EXPECT_EQ(program.expect, "OK\t");
    EXPECT_THAT(notes, IsEmpty());
}

TEST(Check, AProgramOverridesSendAndSaysSo) {
    auto spec = spec_for(80);
    spec.send_program = "/bin/check";
    spec.send = "\\n";
    EXPECT_THAT(
        check_from(spec).notes,
        ElementsAre("External program use requested: (/bin/check), IGNORING send string option (\\n)"));
}

TEST(Check, ABlankProgramIsNone) {
    auto spec = spec_for(80);
    spec.send_program = " ";
    EXPECT_EQ(exchange(spec).expect, Expectation(Prefix{"HTTP"}));
}

TEST(Check, UdpThatExpectsNothingIsWarnedAbout) {
    auto spec = spec_for(80);
    spec.protocol = net::Protocol::udp;
    EXPECT_EQ(exchange(spec).expect, Expectation(NoRefusal{}));
    EXPECT_THAT(check_from(spec).notes, ElementsAre(HasSubstr("only a refused port")));
}

}  // namespace
}  // namespace pulse::health
