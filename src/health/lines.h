#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pulse::health {

/// Cuts a stream into lines that end in LF or CR LF.
class Lines {
  public:
    /// More than any protocol here allows; a longer line means that it is not one.
    static constexpr std::size_t longest = 4096;

    void feed(std::string_view bytes) { waiting_ += bytes; }

    /// The next whole line, without its end; none of an endless one.
    [[nodiscard]] std::optional<std::string> next() {
        const auto end = waiting_.find('\n');
        if (end == std::string::npos || end > longest) return std::nullopt;
        auto line = waiting_.substr(0, end);
        waiting_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        return line;
    }

    [[nodiscard]] bool endless() const { return waiting_.size() > longest; }

    /// What has come of the line that is not whole yet.
    [[nodiscard]] const std::string& unfinished() const { return waiting_; }

  private:
    std::string waiting_;
};

}  // namespace pulse::health
