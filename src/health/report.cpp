#include "pulse/health/report.h"

#include <algorithm>

#include "pulse/base/printable.h"
#include "pulse/base/text.h"

namespace pulse::health {

namespace {

/// A number that a message has under `key`; what is no number is not there.
template <class T>
std::optional<T> number(const Fields& fields, std::string_view key) {
    const auto text = fields.find(key);
    return text ? parse_decimal<T>(*text) : std::nullopt;
}

/// A nanny that was taken over must not write into the log, the status or a terminal what it likes.
std::string text_of(const Fields& fields, std::string_view key) {
    return printable_text(fields.find(key).value_or(""), longest_reason);
}

std::chrono::milliseconds pause_of(const Fields& fields, std::string_view key) {
    constexpr long long longest_ms = 1'000'000'000'000;  // 31 years: far from overflow
    return std::chrono::milliseconds(std::clamp(number<long long>(fields, key).value_or(0), 0LL, longest_ms));
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::unknown:
            return "unknown";
        case Verdict::up:
            return "up";
        case Verdict::down:
            return "down";
    }
    return "?";
}

Fields to_fields(const Report& report) {
    Fields fields;
    if (!report.check.empty()) fields.add("check", report.check);
    fields.add("verdict", std::string(name(report.verdict)));
    fields.add("reason", report.reason);
    if (report.weight) fields.add("weight", std::to_string(*report.weight));
    if (!report.weight_reason.empty()) fields.add("weight_reason", report.weight_reason);
    if (report.latency) fields.add("latency_us", std::to_string(report.latency->count()));
    if (report.held.count() > 0) fields.add("held_ms", std::to_string(report.held.count()));
    if (report.back.count() > 0) fields.add("back_ms", std::to_string(report.back.count()));
    if (report.flaps > 0) fields.add("flaps", std::to_string(report.flaps));
    return fields;
}

std::optional<Report> report_from(const Fields& fields) {
    const auto said = fields.find("verdict");
    for (const auto verdict : {Verdict::unknown, Verdict::up, Verdict::down}) {
        if (said != name(verdict)) continue;
        Report report{.check = std::string(fields.find("check").value_or("")),
                      .verdict = verdict,
                      .reason = text_of(fields, "reason"),
                      .weight = number<int>(fields, "weight"),
                      .weight_reason = text_of(fields, "weight_reason")};
        // A nanny may lie about its server, but not bring the table into a state the kernel refuses.
        if (report.weight && (*report.weight < 0 || *report.weight > largest_weight)) report.weight.reset();
        if (const auto latency = number<long long>(fields, "latency_us"))
            report.latency = std::chrono::microseconds(std::max(*latency, 0LL));
        report.held = pause_of(fields, "held_ms");
        report.back = pause_of(fields, "back_ms");
        report.flaps = std::max(number<int>(fields, "flaps").value_or(0), 0);
        return report;
    }
    return std::nullopt;
}

}  // namespace pulse::health
