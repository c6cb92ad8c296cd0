// Any words at all as a command line of ipvsadm: they are understood or refused with a text, and a change
// that is understood is spelled so that it is understood alike.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/base/text.h"
#include "pulse/ipvs/command_line.h"
#include "pulse/ipvs/spelling.h"

#include "fuzz.h"
#include "ipvsadm_names.h"

namespace {

using namespace pulse;
using fuzz::require;
using namespace pulse::ipvs;

void spelled_means_the_same(const Step& step) {
    const auto spelled = spelling(step);
    std::vector<std::string> words;
    for (const auto word : split_words(spelled)) words.emplace_back(word);
    const auto again = parse_command_line(words, fuzz::lookups);
    require(again && std::holds_alternative<ChangeCommand>(*again), "what is spelled is no command", spelled);
    require(spelling(std::get<ChangeCommand>(*again).step) == spelled, "spelling loses something", spelled);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> words;
    for (const auto word : split(text, '\n'))
        words.emplace_back(word.substr(0, word.find('\0')));  // as the system hands words over
    const auto command = parse_command_line(words, fuzz::lookups);
    if (!command) {
        const auto& refusal = command.error();
        require(!refusal.text.empty(), "refused without a word", text);
        require(refusal.status == 2 || refusal.status == 255, "a status scripts do not know", text);
    } else if (const auto* change = std::get_if<ChangeCommand>(&*command)) {
        if (fuzz::has_plain_names(change->step)) spelled_means_the_same(change->step);
    }
    return 0;
}
