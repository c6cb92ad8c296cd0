#include "pulse/health/report.h"

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

TEST(Report, SurvivesItsJourney) {
    for (const auto verdict : {Verdict::unknown, Verdict::up, Verdict::down})
        for (const auto* reason : {"", "read timed out", "bad answer: \"a\\r\\n\" and a = sign"}) {
            const Report report{.verdict = verdict, .reason = reason};
            EXPECT_EQ(report_from(Fields::parse(to_fields(report).to_text())), report);
        }
}

TEST(Report, CarriesWeightLatencyAndHold) {
    const Report report{.check = "17",
                        .verdict = Verdict::up,
                        .weight = 40,
                        .weight_reason = "load 2.50",
                        .latency = std::chrono::microseconds(1'234),
                        .held = std::chrono::seconds(60),
                        .back = std::chrono::seconds(54),
                        .flaps = 3};
    EXPECT_EQ(to_fields(report).to_text(),
              "check=17\nverdict=up\nreason=\nweight=40\nweight_reason=load "
              "2.50\nlatency_us=1234\nheld_ms=60000\nback_ms=54000\nflaps=3\n");
    EXPECT_EQ(report_from(Fields::parse(to_fields(report).to_text())), report);
}

TEST(Report, DoesNotBelieveWhatTheKernelWouldRefuse) {
    for (const auto* weight : {"-1", "65536", "99999999999", "x", ""})
        EXPECT_EQ(report_from(Fields::parse("verdict=up\nweight=" + std::string(weight) + "\n"))->weight,
                  std::nullopt);
    const auto lying = report_from(Fields::parse("verdict=down\nlatency_us=-5\nheld_ms=-5\n"));
    EXPECT_EQ(lying->latency, std::chrono::microseconds(0));
    EXPECT_EQ(lying->held, std::chrono::milliseconds(0));
    const auto boasting = report_from(Fields::parse(
        "verdict=down\nheld_ms=9223372036854775807\nflaps=-1\nreason=" + std::string(5'000, 'x') + "\n"));
    EXPECT_LE(boasting->held, std::chrono::years(100));
    EXPECT_EQ(boasting->flaps, 0);
    EXPECT_EQ(boasting->reason.size(), longest_reason);
}

/// A nanny that was taken over: what it says ends up in the log, in the status and on a terminal.
TEST(Report, BringsNoEscapeSequencesAndNoLinesOfItsOwn) {
    const auto report =
        report_from(Fields::parse("verdict=down\nreason=\x1b[31mred\\n<0>kernel: fake line\rCR"
                                  "\x1b]0;title\x07\xff\nweight=1\nweight_reason=x\x1b[7mREVERSED\n"));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->reason, "\\x1b[31mred\\n<0>kernel: fake line\\rCR\\x1b]0;title\\x07\\xff");
    EXPECT_EQ(report->weight_reason, "x\\x1b[7mREVERSED");
    const auto dirty =
        report_from(Fields::parse("verdict=down\nreason=" + std::string(5'000, '\x1b') + "\n"));
    EXPECT_LE(dirty->reason.size(), longest_reason);
    EXPECT_EQ(report_from(to_fields(*dirty)), dirty) << "and are the same after the next hop";
}

TEST(Report, HasAPlainText) {
    EXPECT_EQ(to_fields({.verdict = Verdict::down, .reason = "connect refused"}).to_text(),
              "verdict=down\nreason=connect refused\n");
}

TEST(Report, WhatIsNoReportIsRefused) {
    EXPECT_EQ(report_from(Fields::parse("")), std::nullopt);
    EXPECT_EQ(report_from(Fields::parse("reason=x\n")), std::nullopt);
    EXPECT_EQ(report_from(Fields::parse("verdict=sideways\n")), std::nullopt);
    EXPECT_EQ(report_from(Fields::parse("verdict=up\nfuture=1\n")),
              (Report{.verdict = Verdict::up, .reason = ""}));
}

}  // namespace
}  // namespace pulse::health
