#include "pulse/health/report.h"

namespace pulse::health {

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
    fields.add("verdict", std::string(name(report.verdict)));
    fields.add("reason", report.reason);
    return fields;
}

std::optional<Report> report_from(const Fields& fields) {
    const auto said = fields.find("verdict");
    for (const auto verdict : {Verdict::unknown, Verdict::up, Verdict::down})
        if (said == name(verdict))
            return Report{.verdict = verdict, .reason = std::string(fields.find("reason").value_or(""))};
    return std::nullopt;
}

}  // namespace pulse::health
