#include "pulse/health/check.h"

#include <algorithm>
#include <utility>

#include "pulse/base/escape.h"
#include "pulse/base/text.h"

namespace pulse::health {

namespace {

constexpr net::Port web_port{80};

/// The words of `send_program`, split at blanks; there is no shell and no quoting. %h and %p become address
/// and port of what is checked, %v the virtual address, %n the names of virtual and real server.
std::vector<std::string> command_words(const NannySpec& spec) {
    const auto checked = checked_endpoint(spec);
    const auto replacement = [&](char letter) -> std::optional<std::string> {
        switch (letter) {
            case 'h':
                return checked.address.to_string();
            case 'p':
                return std::to_string(checked.port.number);
            case 'v':
                return spec.virtual_address.to_string();
            case 'n':
                return spec.label.value_or("");
            default:
                return std::nullopt;
        }
    };
    const auto command = spec.send_program.value_or("");
    std::vector<std::string> words;
    for (const auto written : split_words(command)) {
        auto& word = words.emplace_back();
        for (std::size_t at = 0; at < written.size(); ++at) {
            const bool percent = written[at] == '%' && at + 1 < written.size();
            if (const auto text = percent ? replacement(written[at + 1]) : std::nullopt) {
                word += *text;
                ++at;
            } else {
                word += written[at];
            }
        }
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
Expectation expectation(const NannySpec& spec, const std::optional<std::string>& expect, bool udp) {
    if (!expect) return udp ? Expectation(NoRefusal{}) : Expectation(NoAnswer{});
    if (spec.regex) return Pattern(*expect);
    if (expect->empty() || spec.expect == "*") return AnyAnswer{};
    return Prefix{*expect};
}

/// Makes the parts of a check and collects what is to be said about them.
class Preparation {
  public:
    Preparation(const NannySpec& spec, Escapes escapes)
        : spec_(spec), options_(spec.check), escapes_(escapes) {}

    PreparedCheck operator()() {
        auto check = made();
        return {.check = std::move(check), .notes = std::move(notes_)};
    }

  private:
    CheckSpec made() {
        switch (options_.kind.value_or(CheckKind::classic)) {
            case CheckKind::classic:
                if (auto words = command_words(spec_); !words.empty()) return program(std::move(words));
                return over(transport_of(spec_.protocol), classic());
            case CheckKind::program:
                return program(command_words(spec_));
            case CheckKind::tcp:
                return over(Transport::tcp, exchange(false));
            case CheckKind::udp:
                return over(Transport::udp, exchange(true));
            case CheckKind::tls:
                return encrypted(exchange(false));
            case CheckKind::http:
                return over(Transport::tcp, request(80));
            case CheckKind::https:
                return encrypted(request(443));
            case CheckKind::dns:
                return over(Transport::udp, question());
            case CheckKind::smtp:
                return over(Transport::tcp, SmtpGreeting{options_.name.value_or("localhost")});
            case CheckKind::redis:
                return over(Transport::tcp, RedisPing{});
            case CheckKind::mysql:
                return over(Transport::tcp, MysqlLogin{options_.name.value_or("pulse")});
            case CheckKind::postgresql:
                return over(Transport::tcp, PostgresqlLogin{options_.name.value_or("pulse")});
            case CheckKind::icmp:
                return over(Transport::ping, Ping{checked_endpoint(spec_).address.family()});
        }
        return over(Transport::tcp, Exchange{});
    }

    static Transport transport_of(net::Protocol protocol) {
        switch (protocol) {
            case net::Protocol::tcp:
                return Transport::tcp;
            case net::Protocol::udp:
                return Transport::udp;
            case net::Protocol::sctp:
                return Transport::sctp;
        }
        return Transport::tcp;
    }

    [[nodiscard]] SocketCheck over(Transport transport, Talk talk) const {
        return {.transport = transport,
                .endpoint = checked_endpoint(spec_),
                .source = source_of_check(spec_),
                .talk = std::move(talk)};
    }

    [[nodiscard]] SocketCheck encrypted(Talk talk) const {
        auto check = over(Transport::tcp, std::move(talk));
        const TlsSettings defaults;
        check.tls = TlsSettings{.name = certificate_name(check.endpoint.address),
                                .verify = options_.verify.value_or(defaults.verify),
                                .ca_file = options_.ca_file.value_or(""),
                                .warn_days = options_.cert_warn.value_or(defaults.warn_days)};
        return check;
    }

    /// The host, without the port that the Host of a request may have.
    [[nodiscard]] std::string certificate_name(const net::IpAddress& checked) const {
        const auto host = options_.host.value_or(checked.to_string());
        const bool with_port = std::ranges::count(host, ':') == 1;
        return with_port ? host.substr(0, host.find(':')) : host;
    }

    ProgramCheck program(std::vector<std::string> words) {
        if (spec_.send)
            notes_.push_back("External program use requested: (" + spec_.send_program.value_or("") +
                             "), IGNORING send string option (" + *spec_.send + ")");
        return {.words = std::move(words), .expect = plain(spec_.expect, escapes_, "expect", notes_)};
    }

    Exchange exchange(bool udp) {
        const auto expect = plain(spec_.expect, escapes_, "expect", notes_);
        if (udp && !expect)
            notes_.emplace_back(
                "a UDP check without an expect string notices only a refused port, not a silent server");
        return {.send = plain(spec_.send, escapes_, "send", notes_).value_or(""),
                .expect = expectation(spec_, expect, udp)};
    }

    Exchange classic() {
        const bool tcp = spec_.protocol == net::Protocol::tcp;
        if (spec_.send || spec_.expect || spec_.virtual_port != web_port || !tcp)
            return exchange(spec_.protocol == net::Protocol::udp);
        notes_.emplace_back("nanny: no monitor configured, assuming web service on port 80");
        return {.send = "GET / HTTP/1.0\r\n\r\n", .expect = Prefix{"HTTP"}};
    }

    /// Without `check_host`, Host is what a browser would send that was given the address.
    HttpRequest request(std::uint16_t usual_port) {
        const auto checked = checked_endpoint(spec_);
        const auto with_port = checked.to_string();
        const auto address = with_port.substr(0, with_port.rfind(':'));
        HttpRequest request{
            .method = options_.method.value_or("GET"),
            .path = options_.path.value_or("/"),
            .host = checked.port.number == usual_port ? address : with_port,
            .status = options_.status.value_or(StatusList::parse("200-399").value_or(StatusList()))};
        if (options_.host) request.host = *options_.host;
        if (const auto body = plain(options_.body, escapes_, "check_body", notes_)) {
            if (spec_.regex)
                request.body = Pattern(*body);
            else
                request.body = *body;
        }
        return request;
    }

    [[nodiscard]] DnsQuestion question() const {
        DnsQuestion question{.name = options_.name.value_or("."), .type = options_.type.value_or(DnsType::a)};
        if (!options_.answer) return question;
        if (const auto code = rcode(*options_.answer)) {
            question.rcode = *code;
            question.any_record = false;
        } else {
            question.record = record_text(question.type, *options_.answer);
        }
        return question;
    }

    const NannySpec& spec_;
    const CheckOptions& options_;
    Escapes escapes_;
    std::vector<std::string> notes_;
};

}  // namespace

std::optional<std::string> problem(const NannySpec& spec) {
    const auto kind = spec.check.kind.value_or(CheckKind::classic);
    if (kind == CheckKind::program && command_words(spec).empty())
        return "check = program needs send_program";
    if (kind == CheckKind::dns && !spec.check.name) return "check = dns needs check_name";
    if (kind == CheckKind::dns && !is_dns_name(*spec.check.name)) return "check_name is not a DNS name";
    return std::nullopt;
}

PreparedCheck check_from(const NannySpec& spec, Escapes escapes) { return Preparation(spec, escapes)(); }

}  // namespace pulse::health
