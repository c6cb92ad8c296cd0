// Any bytes as a file for ipvsadm -R: cut into pieces it means the same, and the table it makes can be saved
// and restored without loss.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "pulse/ipvs/replay.h"
#include "pulse/ipvs/restore.h"
#include "pulse/ipvs/spelling.h"

#include "fuzz.h"
#include "ipvsadm_names.h"

namespace {

using namespace pulse;
using fuzz::require;
using namespace pulse::ipvs;

std::vector<RestoreLine> lines_of(std::string_view text, std::size_t piece) {
    RestoreReader reader(fuzz::lookups);
    std::vector<RestoreLine> lines;
    const auto add = [&](std::vector<RestoreLine> read) {
        for (auto& line : read) lines.push_back(std::move(line));
    };
    for (std::size_t at = 0; at < text.size(); at += piece) add(reader.read(text.substr(at, piece)));
    add(reader.finish());
    return lines;
}

Dump dump_of(const Table& table) {
    Dump dump;
    for (const auto& [id, entry] : table) {
        DumpedService service{.service = entry.service, .destinations = {}};
        for (const auto& [endpoint, server] : entry.destinations)
            service.destinations.push_back({.destination = server, .connections = {}});
        dump.push_back(std::move(service));
    }
    return sorted(std::move(dump));
}

/// The table the lines make of an empty one.
Table table_of(const std::vector<RestoreLine>& lines) {
    Table table;
    for (const auto& line : lines) {
        if (!line.command) continue;
        if (std::holds_alternative<ClearCommand>(*line.command)) table.clear();
        const auto* change = std::get_if<ChangeCommand>(&*line.command);
        if (change != nullptr && fuzz::has_plain_names(change->step)) (void)replay(table, change->step);
    }
    return table;
}

void pieces_mean_the_same(const std::string& text, const std::vector<RestoreLine>& whole) {
    for (const std::size_t piece : {1U, 7U}) {
        const auto cut = lines_of(text, piece);
        require(std::ranges::equal(cut, whole,
                                   [](const RestoreLine& one, const RestoreLine& other) {
                                       return one.number == other.number && one.text == other.text &&
                                              one.command.has_value() == other.command.has_value();
                                   }),
                "pieces mean something else", text);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto lines = lines_of(text, size + 1);
    for (const auto& line : lines) {
        require(line.command || !line.command.error().text.empty(), "refused without a word", line.text);
        require(!line.ends_the_run() || &line == &lines.back(), "lines after the end", text);
    }
    pieces_mean_the_same(text, lines);
    const auto saved_text = saved(dump_of(table_of(lines)));
    const auto again = saved(dump_of(table_of(lines_of(saved_text, saved_text.size() + 1))));
    require(again == saved_text, "saving and restoring loses something", saved_text + "---\n" + again);
    return 0;
}
