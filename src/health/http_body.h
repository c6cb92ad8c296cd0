#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulse::health {

/// The body of an HTTP/1.1 message as it arrives (RFC 9112, 6): the first bytes of it are kept.
class HttpBody {
  public:
    /// As much of a body as is looked at.
    static constexpr std::size_t window = 256UL * 1024;

    enum class Framing { until_close, length, chunked };

    HttpBody(Framing framing, std::uint64_t length) : framing_(framing), left_(length) {
        if (framing == Framing::length && length == 0) state_ = State::complete;
    }

    void feed(std::string_view bytes);

    /// All of it has come.
    [[nodiscard]] bool complete() const { return state_ == State::complete; }
    /// No more of it is wanted.
    [[nodiscard]] bool full() const { return text_.size() >= window; }
    /// It is not framed as it says.
    [[nodiscard]] bool broken() const { return state_ == State::broken; }
    [[nodiscard]] Framing framing() const { return framing_; }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    /// Of chunks: "SIZE; extension" CR LF, the data, CR LF, and so on until a size of 0 and the trailer's
    /// empty line.
    enum class State { data, size, after_data, trailer, complete, broken };

    void take(std::string_view& bytes);
    void line_ended();

    Framing framing_;
    std::uint64_t left_;  ///< bytes of the body, or of this chunk
    State state_ = framing_ == Framing::chunked ? State::size : State::data;
    std::string line_;
    std::string text_;
};

}  // namespace pulse::health
