#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "pulse/base/match.h"
#include "pulse/base/text.h"

#include "conversations.h"
#include "http_body.h"

namespace pulse::health {

namespace {

/// A server that sends more than this before the body is not one to wait for.
constexpr std::size_t longest_head = 64UL * 1024;

std::string request_text(const HttpRequest& request) {
    return request.method + " " + request.path + " HTTP/1.1\r\nHost: " + request.host +
           "\r\nUser-Agent: pulse-nanny\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

bool same_text(std::string_view one, std::string_view lower_case) {
    return std::ranges::equal(one, lower_case, [](unsigned char a, char b) { return std::tolower(a) == b; });
}

/// What of a head matters here.
struct Head {
    int status = 0;
    HttpBody::Framing framing = HttpBody::Framing::until_close;
    std::uint64_t length = 0;
};

/// "HTTP/1.1 200 OK": the reason may be missing, with its blank.
std::optional<int> status_of(std::string_view line) {
    const bool versioned = line.size() >= 12 && line.starts_with("HTTP/") && std::isdigit(line[5]) != 0 &&
                           line[6] == '.' && std::isdigit(line[7]) != 0 && line[8] == ' ';
    if (!versioned || (line.size() > 12 && line[12] != ' ')) return std::nullopt;
    return parse_decimal<int>(line.substr(9, 3));
}

std::optional<Head> read_head(std::string_view text) {
    auto lines = split(text, '\n');
    const auto status = status_of(trim(lines.front()));
    if (!status || *status < 100) return std::nullopt;
    Head head{.status = *status};
    for (const auto line : std::span(lines).subspan(1)) {
        const auto colon = std::min(line.find(':'), line.size());
        const auto name = trim(line.substr(0, colon));
        const auto value = trim(line.substr(std::min(colon + 1, line.size())));
        if (same_text(name, "transfer-encoding") && same_text(value, "chunked")) {
            head.framing = HttpBody::Framing::chunked;
        } else if (same_text(name, "content-length") && head.framing != HttpBody::Framing::chunked) {
            const auto length = parse_decimal<std::uint64_t>(value);
            if (!length) return std::nullopt;
            head.framing = HttpBody::Framing::length;
            head.length = *length;
        }
    }
    return head;
}

class HttpTalk final : public Conversation {
  public:
    explicit HttpTalk(HttpRequest request) : request_(std::move(request)) {}

    Step begin() override { return {.send = request_text(request_)}; }

    Step heard(std::string_view bytes) override {
        if (body_) return hear(*body_, bytes);
        head_ += bytes;
        constexpr std::string_view beginning = "HTTP/";
        if (head_.substr(0, beginning.size()) != beginning.substr(0, head_.size()))
            return no_answer_of_the_protocol("not HTTP", head_);
        const auto end = end_of_head();
        if (!end)
            return head_.size() > longest_head ? no_answer_of_the_protocol("endless HTTP head", head_)
                                               : Step{};
        const auto head = read_head(std::string_view(head_).substr(0, *end));
        if (!head) return no_answer_of_the_protocol("not HTTP", head_);
        const auto rest = head_.substr(*end);
        head_.clear();
        if (head->status < 200)
            return rest.empty() ? Step{} : heard(rest);  // "100 Continue": the answer follows
        if (!request_.status.contains(head->status))
            return decided({.reason = Reason::http_status, .number = head->status});
        if (std::holds_alternative<std::monostate>(request_.body)) return good();
        const bool empty = request_.method == "HEAD" || head->status == 204 || head->status == 304;
        auto& body =
            body_.emplace(empty ? HttpBody::Framing::length : head->framing, empty ? 0 : head->length);
        return hear(body, rest);
    }

    Step closed() override {
        if (!body_) return Conversation::closed();
        if (body_->framing() == HttpBody::Framing::until_close || found(*body_, true)) return judged(*body_);
        return Conversation::closed();
    }

  private:
    /// Just behind the empty line, however its end and that of the line before are spelt.
    [[nodiscard]] std::optional<std::size_t> end_of_head() const {
        auto end = std::string::npos;
        for (const std::string_view empty_line : {"\n\r\n", "\n\n"})
            if (const auto at = head_.find(empty_line); at != std::string::npos)
                end = std::min(end, at + empty_line.size());
        return end <= longest_head ? std::optional(end) : std::nullopt;
    }

    Step hear(HttpBody& body, std::string_view bytes) {
        const auto before = body.text().size();
        body.feed(bytes);
        if (found(body, false, before)) return good();
        if (body.broken()) return no_answer_of_the_protocol("broken HTTP chunks", bytes);
        if (body.complete() || body.full()) return judged(body);
        return {};
    }

    /// `complete`: nothing follows. An expression is not tried on every piece, but once on the whole.
    [[nodiscard]] bool found(const HttpBody& body, bool complete, std::size_t new_from = 0) const {
        return match(
            request_.body, [](std::monostate) { return true; },
            [&](const std::string& text) {
                const auto overlap = std::min(new_from, text.size());
                return body.text().find(text, new_from - overlap) != std::string::npos;
            },
            [&](const Pattern& pattern) {
                return complete && pattern.compiled && pattern.compiled->found_in(body.text(), true);
            });
    }

    [[nodiscard]] Step judged(const HttpBody& body) const {
        if (const auto* pattern = std::get_if<Pattern>(&request_.body);
            pattern != nullptr && !pattern->compiled)
            return decided({.reason = Reason::bad_expression, .detail = pattern->compiled.error().context});
        return found(body, true) ? good() : decided({.reason = Reason::http_body});
    }

    HttpRequest request_;
    std::string head_;
    std::optional<HttpBody> body_;
};

}  // namespace

ConversationPtr talk_http(HttpRequest request) { return std::make_unique<HttpTalk>(std::move(request)); }

}  // namespace pulse::health
