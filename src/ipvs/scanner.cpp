#include "scanner.h"

#include <fmt/format.h>

namespace pulse::ipvs {

namespace {

constexpr int status_unknown_option = 255;

/// Only -p has a value that may be left out; this many seconds then (the original's manual says 300).
constexpr const char* persistence_left_out = "360";

}  // namespace

Parsed<void> Scanner::scan() {
    bool options_end = false;
    while (at_ < words_.size() && !asks_for_text()) {
        const std::string& word = words_[at_++];
        if (!options_end && word == "--") {
            options_end = true;
            continue;
        }
        if (options_end || !word.starts_with('-') || word.size() == 1) {
            arguments_.push_back(word);
            continue;
        }
        const auto read = word.starts_with("--") ? long_option(word) : short_options(word);
        if (!read) return read;
    }
    if (command_ == nullptr) return try_help(program_);
    return {};
}

/// Whether the rest of the line does not matter.
bool Scanner::asks_for_text() const {
    return command_ != nullptr && (command_->name == "help" || command_->name == "version");
}

Parsed<void> Scanner::long_option(const std::string& word) {
    const auto equals = word.find('=');
    const auto* option = option_by_word(std::string_view(word).substr(2, equals - 2));
    if (option == nullptr) return bad_option(word, "unknown option");
    if (equals == std::string::npos) return take(*option, std::nullopt, word);
    if (option->value == Option::Value::none) return bad_option(word, "option does not take an argument");
    return take(*option, word.substr(equals + 1), word);
}

Parsed<void> Scanner::short_options(const std::string& word) {
    for (std::size_t i = 1; i < word.size() && !asks_for_text(); ++i) {
        const auto* option = option_by_letter(word[i]);
        if (option == nullptr) return bad_option(word, "unknown option");
        if (option->value != Option::Value::none && i + 1 < word.size())
            return take(*option, word.substr(word[i + 1] == '=' ? i + 2 : i + 1), word);
        if (i + 1 < word.size() && word[i + 1] == '=')
            return bad_option(word, "option does not take an argument");
        if (auto taken = take(*option, std::nullopt, word); !taken) return taken;
    }
    return {};
}

Parsed<void> Scanner::take(const Option& option, std::optional<std::string> value, const std::string& word) {
    if (command_ == nullptr && option.kind != OptionClass::command) return try_help(program_);
    if (!value && option.value != Option::Value::none) {
        const bool has_next = at_ < words_.size();
        if (option.value == Option::Value::required && !has_next) return bad_option(word, "missing argument");
        if (has_next && (option.value == Option::Value::required || !words_[at_].starts_with('-')))
            value = words_[at_++];
    }
    if (option.kind == OptionClass::command) return take_command(option, value.value_or(""), word);
    const bool repeatable = option.kind == OptionClass::family || option.kind == OptionClass::sort;
    if (values_.has(option.kind) && !repeatable)
        return refuse(fmt::format("multiple '{}' options specified", option.name));
    return values_.read(option,
                        value.value_or(option.value == Option::Value::optional ? persistence_left_out : ""));
}

Parsed<void> Scanner::take_command(const Option& option, std::string value, const std::string& word) {
    if (command_ != nullptr) return refuse(fmt::format("invalid option `{}'", word));
    command_ = &option;
    command_value_ = std::move(value);
    if (option.name == "start-daemon" && command_value_ != "master" && command_value_ != "backup")
        return refuse("illegal start-daemon parameter specified");
    if (option.name == "stop-daemon" && command_value_ != "master" && command_value_ != "backup")
        return refuse("illegal start_daemon specified");
    return {};
}

Parsed<void> Scanner::bad_option(const std::string& word, std::string_view reason) const {
    if (command_ == nullptr) return try_help(program_);
    auto refusal = refuse(fmt::format("{}: {}", word, reason), status_unknown_option);
    refusal.value().restore_goes_on = true;
    return refusal;
}

}  // namespace pulse::ipvs
