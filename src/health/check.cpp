#include "pulse/health/check.h"

#include <utility>

#include "pulse/base/escape.h"
#include "pulse/base/text.h"

namespace pulse::health {

namespace {

constexpr net::Port web_port{80};

/// Words that are exactly %h or %p become the real server's address or port; there is no shell and no
/// quoting.
std::vector<std::string> command_words(const NannySpec& spec) {
    std::vector<std::string> words;
    if (!spec.send_program) return words;
    for (const auto word : split_words(*spec.send_program)) {
        if (word == "%h")
            words.push_back(spec.real_server.to_string());
        else if (word == "%p")
            words.push_back(std::to_string(spec.real_port.number));
        else
            words.emplace_back(word);
    }
    return words;
}

std::optional<std::string> plain(const std::optional<std::string>& written, Escapes escapes,
                                 std::string_view name, std::vector<std::string>& notes) {
    if (!written || escapes == Escapes::keep) return written;
    auto [text, unknown] = unescape(*written);
    if (unknown)
        notes.push_back("the " + std::string(name) + " string \"" + *written +
                        "\" has backslash sequences other than " + std::string(escape_sequences) +
                        "; they are used as written");
    return std::move(text);
}

/// `*` is special only as the whole text as it was written, and not in a regular expression.
Expectation expectation(const NannySpec& spec, const std::optional<std::string>& expect) {
    if (!expect) return NoAnswer{};
    if (spec.regex) return Pattern{*expect};
    if (expect->empty() || spec.expect == "*") return AnyAnswer{};
    return Prefix{*expect};
}

}  // namespace

PreparedCheck check_from(const NannySpec& spec, Escapes escapes) {
    PreparedCheck prepared;
    auto expect = plain(spec.expect, escapes, "expect", prepared.notes);
    if (auto words = command_words(spec); !words.empty()) {
        if (spec.send)
            prepared.notes.push_back("External program use requested: (" + spec.send_program.value_or("") +
                                     "), IGNORING send string option (" + *spec.send + ")");
        prepared.check = ProgramCheck{.words = std::move(words), .expect = std::move(expect)};
        return prepared;
    }

    SocketCheck check;
    check.protocol = spec.protocol;
    check.endpoint = {spec.real_server, spec.real_port};
    if (!spec.send && !expect && spec.virtual_port == web_port && spec.protocol == net::Protocol::tcp) {
        prepared.notes.emplace_back("nanny: no monitor configured, assuming web service on port 80");
        check.send = "GET / HTTP/1.0\r\n\r\n";
        check.expect = Prefix{"HTTP"};
    } else {
        check.send = plain(spec.send, escapes, "send", prepared.notes).value_or("");
        check.expect = expectation(spec, expect);
        if (spec.protocol == net::Protocol::udp && !expect)
            prepared.notes.emplace_back(
                "a UDP check without an expect string notices only a refused port, not a silent server");
    }
    prepared.check = std::move(check);
    return prepared;
}

}  // namespace pulse::health
