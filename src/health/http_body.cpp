#include "http_body.h"

#include <algorithm>
#include <charconv>

#include "pulse/base/text.h"

namespace pulse::health {

namespace {

constexpr std::size_t longest_line = 4096;

/// A chunk's size: hexadecimal digits, then perhaps an extension.
std::optional<std::uint64_t> chunk_size(std::string_view line) {
    const auto digits = trim(line.substr(0, line.find(';')));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return size;
}

}  // namespace

void HttpBody::feed(std::string_view bytes) {
    while (!bytes.empty() && !complete() && !broken() && !full()) {
        if (state_ == State::data) {
            take(bytes);
            continue;
        }
        const auto end = bytes.find('\n');
        line_ += bytes.substr(0, end);
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        if (end != std::string_view::npos) line_ended();
        if (line_.size() > longest_line) state_ = State::broken;
    }
}

void HttpBody::take(std::string_view& bytes) {
    auto size = bytes.size();
    if (framing_ != Framing::until_close) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
        left_ -= size;
        if (left_ == 0) state_ = framing_ == Framing::length ? State::complete : State::after_data;
    }
    text_ += bytes.substr(0, std::min(size, window - text_.size()));
    bytes.remove_prefix(size);
}

void HttpBody::line_ended() {
    const auto line = std::string(trim(line_));
    line_.clear();
    if (state_ == State::trailer) {
        if (line.empty()) state_ = State::complete;
    } else if (state_ == State::after_data) {
        state_ = line.empty() ? State::size : State::broken;
    } else if (const auto size = chunk_size(line)) {
        left_ = *size;
        state_ = left_ == 0 ? State::trailer : State::data;
    } else {
        state_ = State::broken;
    }
}

}  // namespace pulse::health
