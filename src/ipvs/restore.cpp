#include "pulse/ipvs/restore.h"

#include "pulse/base/text.h"

#include "options.h"

namespace pulse::ipvs {

namespace {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (const auto word : split_words(line)) {
        if (word.starts_with('#')) break;
        if (word != "ipvsadm") words.emplace_back(word);
    }
    return words;
}

}  // namespace

std::vector<RestoreLine> RestoreReader::read(std::string_view piece) {
    std::vector<RestoreLine> lines;
    while (!ended_) {
        const auto end = piece.find('\n');
        if (end == std::string_view::npos) break;
        if (unfinished_.empty()) {
            add_line(lines, piece.substr(0, end));
        } else {
            unfinished_ += piece.substr(0, end);
            const auto whole = std::exchange(unfinished_, {});
            add_line(lines, whole);
        }
        piece.remove_prefix(end + 1);
    }
    if (!ended_) unfinished_ += piece;
    return lines;
}

std::vector<RestoreLine> RestoreReader::finish() {
    std::vector<RestoreLine> lines;
    if (!ended_ && !unfinished_.empty()) add_line(lines, std::exchange(unfinished_, {}));
    return lines;
}

void RestoreReader::add_line(std::vector<RestoreLine>& lines, std::string_view text) {
    ++lines_;
    // A carriage return is a line's end from elsewhere.
    if (text.ends_with('\r')) text.remove_suffix(1);
    const auto words = words_of(text);
    if (words.empty()) return;
    auto command = parse_command_line(words, lookups_, program_);
    if (command && std::holds_alternative<RestoreCommand>(*command)) command = try_help(program_);
    lines.push_back({.number = lines_, .text = std::string(trim(text)), .command = std::move(command)});
    ended_ = lines.back().ends_the_run();
}

}  // namespace pulse::ipvs
