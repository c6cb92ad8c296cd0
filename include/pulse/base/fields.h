#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pulse {

/// A message between our processes: lines of KEY=value, in order. A value may hold any bytes; newline and
/// backslash travel as \n and \\.
class Fields {
  public:
    Fields() = default;

    /// Lines without '=' are ignored, so that a newer sender may add what an older reader does not know.
    [[nodiscard]] static Fields parse(std::string_view text);

    Fields& add(std::string key, std::string value);

    /// The first value of `key`.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;

    /// Every value of `key`, in order.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view key) const;

    [[nodiscard]] std::string to_text() const;

    friend bool operator==(const Fields&, const Fields&) = default;

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace pulse
