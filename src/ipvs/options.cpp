#include "options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pulse::ipvs {

namespace {

using enum OptionClass;
using enum Option::Value;

constexpr std::array options{
    Option{'A', "add-service", command, "add-service", none},
    Option{'E', "edit-service", command, "edit-service", none},
    Option{'D', "delete-service", command, "delete-service", none},
    Option{'C', "clear", command, "flush", none},
    Option{'a', "add-server", command, "add-server", none},
    Option{'e', "edit-server", command, "edit-server", none},
    Option{'d', "delete-server", command, "delete-server", none},
    Option{'L', "list", command, "list", none},
    Option{'l', "list", command, "list", none},
    Option{'h', "help", command, "help", none},
    Option{'v', "version", command, "version", none},
    Option{'t', "tcp-service", service, "service-address", required},
    Option{'u', "udp-service", service, "service-address", required},
    Option{'\0', "sctp-service", service, "service-address", required},
    Option{'f', "fwmark-service", service, "service-address", required},
    Option{'s', "scheduler", scheduler, "scheduler", required},
    Option{'p', "persistent", persistent, "persistent", optional},
    Option{'M', "netmask", netmask, "netmask", required},
    Option{'r', "real-server", real_server, "real-server", required},
    Option{'g', "gatewaying", forwarding, "forwarding-method", none},
    Option{'i', "ipip", forwarding, "forwarding-method", none},
    Option{'m', "masquerading", forwarding, "forwarding-method", none},
    Option{'w', "weight", weight, "weight", required},
    Option{'x', "u-threshold", u_threshold, "u-threshold", required},
    Option{'y', "l-threshold", l_threshold, "l-threshold", required},
    Option{'n', "numeric", numeric, "numeric", none},
    Option{'o', "ops", ops, "ops", none},
    Option{'6', "ipv6", family, "ipv6", none},
};

struct CommandRow {
    std::string_view name;
    std::vector<OptionClass> required;
    std::vector<OptionClass> allowed;
};

const CommandRow& row_of(std::string_view name) {
    static const std::vector<CommandRow> rows{
        {"add-service", {service}, {scheduler, persistent, netmask, ops}},
        {"edit-service", {service}, {scheduler, persistent, netmask, ops}},
        {"delete-service", {service}, {}},
        {"add-server", {service, real_server}, {forwarding, weight, u_threshold, l_threshold}},
        {"edit-server", {service, real_server}, {forwarding, weight, u_threshold, l_threshold}},
        {"delete-server", {service, real_server}, {}},
        {"list", {}, {service, numeric}},
        {"flush", {}, {}},
        {"help", {}, {}},
        {"version", {}, {}},
    };
    return *std::ranges::find(rows, name, &CommandRow::name);
}

constexpr int status_unknown_option = 255;

/// Only -p has a value that may be left out; this many seconds then (the original's manual says 300).
constexpr const char* persistence_left_out = "360";

tl::unexpected<Refusal> try_help(std::string_view program) {
    return refuse(fmt::format("Try `{0} -h' or '{0} --help' for more information.", program),
                  status_unknown_option);
}

const Option* by_letter(char letter) {
    const auto* found = std::ranges::find(options, letter, &Option::letter);
    return letter == '\0' || found == options.end() ? nullptr : found;
}

/// The option spelled in full, or the only one that begins so.
const Option* by_word(std::string_view word) {
    if (const auto* exact = std::ranges::find(options, word, &Option::word); exact != options.end())
        return exact;
    const Option* only_match = nullptr;
    for (const auto& option : options) {
        if (!option.word.starts_with(word)) continue;
        if (only_match != nullptr && only_match->word != option.word) return nullptr;
        only_match = &option;
    }
    return only_match;
}

}  // namespace

/// Reads words from left to right, the way popt(3) does. What cannot be read before the command is known is
/// answered with how to get help, afterwards with what is wrong.
class Scanner {
  public:
    Scanner(std::span<const std::string> words, std::string_view program)
        : words_(words), program_(program) {}

    Parsed<GivenOptions> scan() {
        while (at_ < words_.size() && !asks_for_text()) {
            const std::string& word = words_[at_++];
            const auto read = word.starts_with("--")                     ? long_option(word)
                              : word.starts_with('-') && word.size() > 1 ? short_options(word)
                                                                         : unexpected(word);
            if (!read) return tl::unexpected(read.error());
        }
        if (given().empty()) return try_help(program_);
        if (auto checked = check(); !checked) return tl::unexpected(checked.error());
        return std::move(options_);
    }

  private:
    /// Whether the rest of the line does not matter.
    [[nodiscard]] bool asks_for_text() const {
        return !given().empty() && (options_.command() == "help" || options_.command() == "version");
    }

    Parsed<void> long_option(const std::string& word) {
        if (word == "--") return at_ < words_.size() ? unexpected(words_[at_]) : Parsed<void>();
        const auto equals = word.find('=');
        const auto* option = by_word(std::string_view(word).substr(2, equals - 2));
        if (option == nullptr) return bad_option(word, "unknown option");
        if (equals == std::string::npos) return take(*option, std::nullopt, word, word);
        if (option->value == none) return bad_option(word, "option does not take an argument");
        return take(*option, word.substr(equals + 1), word, word);
    }

    Parsed<void> short_options(const std::string& word) {
        for (std::size_t i = 1; i < word.size() && !asks_for_text(); ++i) {
            const auto* option = by_letter(word[i]);
            if (option == nullptr) return bad_option(word, "unknown option");
            const auto typed = fmt::format("-{}", word[i]);
            if (option->value != none && i + 1 < word.size())
                return take(*option, word.substr(word[i + 1] == '=' ? i + 2 : i + 1), typed, word);
            if (auto taken = take(*option, std::nullopt, typed, word); !taken) return taken;
        }
        return {};
    }

    /// `typed` is the option as it stands in `word`.
    Parsed<void> take(const Option& option, std::optional<std::string> value, const std::string& typed,
                      const std::string& word) {
        if (given().empty() && option.kind != command) return try_help(program_);
        if (!given().empty() && option.kind == command)
            return refuse(fmt::format("invalid option `{}'", typed));
        if (!value && option.value != none) {
            const bool has_next = at_ < words_.size();
            if (option.value == required && !has_next) return bad_option(word, "missing argument");
            if (has_next && (option.value == required || !words_[at_].starts_with('-')))
                value = words_[at_++];
        }
        if (options_.has(option.kind))
            return refuse(fmt::format("multiple '{}' options specified", option.name));
        given().push_back({&option, value.value_or(option.value == optional ? persistence_left_out : "")});
        return {};
    }

    [[nodiscard]] Parsed<void> unexpected(const std::string& word) const {
        if (given().empty()) return try_help(program_);
        return refuse(fmt::format("unexpected argument {}", word));
    }

    [[nodiscard]] Parsed<void> bad_option(const std::string& word, std::string_view reason) const {
        if (given().empty()) return try_help(program_);
        return refuse(fmt::format("{}: {}", word, reason), status_unknown_option);
    }

    /// Whether the command allows what is given and has what it requires.
    [[nodiscard]] Parsed<void> check() const {
        const auto& row = row_of(options_.command());
        const auto* address = options_.find(service);
        // It is a part of a mark, whatever the order; the text is the original's.
        if (options_.has(family) && (address == nullptr || address->option->letter != 'f'))
            return refuse("-6 used before -f\n");
        for (const auto& each : given()) {
            const auto kind = each.option->kind;
            if (kind == command || kind == family || std::ranges::count(row.required, kind) > 0 ||
                std::ranges::count(row.allowed, kind) > 0)
                continue;
            return refuse(
                fmt::format("Illegal '{}' option with the '{}' command", each.option->name, row.name));
        }
        for (const auto kind : row.required) {
            if (options_.has(kind)) continue;
            const auto* option = std::ranges::find(options, kind, &Option::kind);
            return refuse(fmt::format("You need to supply the '{}' option for the '{}' command", option->name,
                                      row.name));
        }
        return {};
    }

    [[nodiscard]] std::vector<GivenOptions::Given>& given() { return options_.given_; }
    [[nodiscard]] const std::vector<GivenOptions::Given>& given() const { return options_.given_; }

    std::span<const std::string> words_;
    std::string_view program_;
    std::size_t at_ = 0;
    GivenOptions options_;
};

tl::unexpected<Refusal> refuse(std::string text, int status) {
    return tl::unexpected<Refusal>(Refusal{.status = status, .text = std::move(text)});
}

const GivenOptions::Given* GivenOptions::find(OptionClass kind) const {
    const auto found =
        std::ranges::find_if(given_, [&](const Given& each) { return each.option->kind == kind; });
    return found == given_.end() ? nullptr : &*found;
}

Parsed<GivenOptions> scan(std::span<const std::string> words, std::string_view program) {
    return Scanner(words, program).scan();
}

}  // namespace pulse::ipvs
