#include "pulse/base/result.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "pulse/base/match.h"

namespace pulse {
namespace {

Result<int> opened() { return fail(std::errc::no_such_device, "eth0"); }

Result<int> added() {
    const auto device = opened();
    if (!device) return fail(device.error(), "while adding 10.0.0.7/24");
    return *device;
}

TEST(Error, ContextGrowsOutwardsAndTheReasonComesLast) {
    const auto result = added();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().context, "while adding 10.0.0.7/24: eth0");
    EXPECT_EQ(result.error().message(), "while adding 10.0.0.7/24: eth0: No such device");
    EXPECT_EQ(result.error().code, std::errc::no_such_device);
}

TEST(Error, ContextPutBeforeNothingStandsAlone) {
    const Result<int> result =
        fail(Error{.code = std::make_error_code(std::errc::timed_out), .context = ""}, "dump");
    EXPECT_EQ(result.error().context, "dump");
}

TEST(Error, PutBeforeItNothingAddsNothing) {
    const Result<int> result = fail(opened().error(), "");
    EXPECT_EQ(result.error().context, "eth0");
}

TEST(Error, ErrnoIsTheSystemsReason) {
    const Result<void> result = fail_errno("cannot open a socket", EPERM);
    EXPECT_EQ(result.error().message(), "cannot open a socket: Operation not permitted");
    EXPECT_EQ(result.error().code.value(), EPERM);
    EXPECT_EQ(result.error().code, std::errc::operation_not_permitted);
}

TEST(Error, MessageLeavesOutWhatIsMissing) {
    EXPECT_EQ((Error{.code = {}, .context = "line 3: no value"}).message(), "line 3: no value");
    EXPECT_EQ((Error{.code = std::make_error_code(std::errc::no_such_device), .context = ""}).message(),
              "No such device");
}

TEST(Match, CallsTheCaseThatFits) {
    using Value = std::variant<int, std::string>;
    const auto text = [](const Value& value) {
        return match(
            value, [](int number) { return "number " + std::to_string(number); },
            [](const std::string& word) { return "word " + word; });
    };
    EXPECT_EQ(text(7), "number 7");
    EXPECT_EQ(text("seven"), "word seven");
}

TEST(Match, HandsOutTheValueItselfToBeChanged) {
    std::variant<int, std::string> value = 7;
    match(value, [](int& number) { number = 8; }, [](std::string&) {});
    EXPECT_EQ(std::get<int>(value), 8);
}

}  // namespace
}  // namespace pulse
