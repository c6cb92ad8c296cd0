#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pulse::health {

/// HTTP status codes that are good: "200-399,401".
class StatusList {
  public:
    /// Codes (100 to 599) and ranges, separated by commas or blanks. nullopt for anything else.
    [[nodiscard]] static std::optional<StatusList> parse(std::string_view text);

    [[nodiscard]] bool contains(int status) const;

    /// As `parse` reads it.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const StatusList&, const StatusList&) = default;

  private:
    struct Range {
        int first;
        int last;
        friend bool operator==(const Range&, const Range&) = default;
    };
    std::vector<Range> ranges_;
};

}  // namespace pulse::health
