#include "pulse/health/report.h"

#include <gtest/gtest.h>

namespace pulse::health {
namespace {

TEST(Report, SurvivesItsJourney) {
    for (const auto verdict : {Verdict::unknown, Verdict::up, Verdict::down})
        for (const auto* reason : {"", "read timed out", "two\nlines \\ and a = sign"}) {
            const Report report{.verdict = verdict, .reason = reason};
            EXPECT_EQ(report_from(Fields::parse(to_fields(report).to_text())), report);
        }
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
