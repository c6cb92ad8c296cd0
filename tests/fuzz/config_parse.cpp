// Any bytes at all as an lvs.cf: reading, reporting, tidying and writing them back.

#include <string>
#include <string_view>

#include "pulse/config/read.h"
#include "pulse/config/tidy.h"
#include "pulse/config/write.h"

#include "fuzz.h"

namespace {

using namespace pulse;
using fuzz::require;
using namespace pulse::config;

void all_lines_are_kept(const Document& document, std::string_view text) {
    require(document.text() == text.substr(0, text.find_last_not_of('\0') + 1),
            "the document's text is not the file's", text);
    std::size_t at = 0;
    for (const auto& line : document.lines()) {
        require(at <= line.begin && line.begin <= line.end && line.end <= text.size(), "lines overlap", text);
        at = line.end;
    }
}

void tidying_keeps_the_meaning(const Document& document, const Config& config, std::string_view text) {
    const auto tidied = tidy(document);
    require(read(tidied).config == config, "tidying changes the meaning", text);
    const auto again = parse(tidied);
    require(!has_errors(again.diagnostics), "a tidy file has mistakes", text);
    require(tidy(again.document) == tidied, "tidying twice differs from once", text);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto parsed = parse(text);
    all_lines_are_kept(parsed.document, text);
    const auto reading = read(text);
    const auto shown = format(reading.diagnostics, "lvs.cf", text);
    require(shown.empty() == reading.diagnostics.empty(), "a diagnostic without text", text);
    if (!has_errors(parsed.diagnostics)) tidying_keeps_the_meaning(parsed.document, reading.config, text);
    if (reading.ok())
        require(read(write(reading.config)).config == reading.config, "writing loses something", text);
    return 0;
}
