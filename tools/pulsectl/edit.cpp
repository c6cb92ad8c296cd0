#include "pulse/config/edit.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "pulse/base/text.h"
#include "pulse/config/select.h"
#include "pulse/config_file/load.h"
#include "pulse/runtime/locked_file.h"

#include "command.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

using config::Document;
using config::Selection;

std::vector<std::string_view> lines_of(std::string_view text) {
    auto lines = split(text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

/// The lines that differ, as a person would point at them.
std::string difference(const std::string& file, std::string_view before, std::string_view after) {
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(after);
    std::size_t head = 0;
    const auto shorter = std::min(old_lines.size(), new_lines.size());
    while (head < shorter && old_lines[head] == new_lines[head]) ++head;
    std::size_t tail = 0;
    while (tail < shorter - head &&
           old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
        ++tail;
    std::string out;
    for (std::size_t i = head; i < old_lines.size() - tail; ++i)
        out += fmt::format("{}:{}: - {}\n", file, i + 1, old_lines[i]);
    for (std::size_t i = head; i < new_lines.size() - tail; ++i)
        out += fmt::format("{}:{}: + {}\n", file, i + 1, new_lines[i]);
    return out;
}

/// A file while it is being edited, and the lines that have changed.
struct Draft {
    std::string file;
    std::string text;
    std::string differences;

    [[nodiscard]] Document document() const { return config::parse(text).document; }

    Result<void> take(Result<std::string> edited) {
        if (!edited) return tl::unexpected(edited.error());
        differences += difference(file, text, *edited);
        text = *std::move(edited);
        return {};
    }
};

/// One thing that a command line asks for.
using Step = std::function<Result<void>(Draft&)>;
using Steps = std::vector<Step>;

/// Errors of `after` that `before` does not have: what the edit would do wrong.
std::vector<config::Diagnostic> new_errors(const config_file::File& before, const config_file::File& after) {
    std::vector<std::string> known;
    for (const auto& diagnostic : before.diagnostics) known.push_back(diagnostic.text);
    std::vector<config::Diagnostic> found;
    for (const auto& diagnostic : after.diagnostics) {
        if (diagnostic.severity != config::Severity::error) continue;
        const auto old = std::ranges::find(known, diagnostic.text);
        if (old == known.end())
            found.push_back(diagnostic);
        else
            known.erase(old);
    }
    return found;
}

struct EditOptions {
    std::string file;
    bool dry_run = false;
    bool quiet = false;
};

/// Takes the steps on the file, all or none, and saves it if it is no worse than before.
int edit(const EditOptions& options, const Steps& steps) {
    auto locked = runtime::LockedFile::open(options.file);
    if (!locked) return refuse(locked.error());
    const auto original = locked->content();
    Draft draft{.file = options.file, .text = original, .differences = {}};
    for (const auto& step : steps)
        if (auto done = step(draft); !done) return refuse(done.error());
    if (draft.text == original) return status_fine;
    const auto before = config_file::understand(options.file, original);
    const auto after = config_file::understand(options.file, draft.text);
    if (const auto errors = new_errors(before, after); !errors.empty()) {
        fmt::print(stderr, "{}", config::format(errors, options.file, draft.text));
        return refuse("that would be a mistake; " + options.file + " is not changed");
    }
    if (!options.dry_run)
        if (auto saved = locked->replace(draft.text); !saved) return refuse(saved.error());
    if (!options.quiet) fmt::print("{}", draft.differences);
    return status_fine;
}

/// Reads the options all edits have; what is left are the command's own words.
tl::expected<Parsed, int> parse_edit(const Command& command, Words words, EditOptions& options) {
    po::options_description description("Options");
    add_file_option(description, options.file);
    description.add_options()                                                                           //
        ("dry-run,n", po::bool_switch(&options.dry_run), "show what would change, and change nothing")  //
        ("quiet,q", po::bool_switch(&options.quiet), "do not show the changed lines");
    return parse(command, words, description);
}

int refuse_usage(const Command& command) {
    return refuse(fmt::format("usage: pulsectl {} {}", command.name, command.arguments));
}

/// What `path` names: one thing, or several if the path says so with a *.
Result<std::vector<Selection>> select_for_edit(const Document& document, const std::string& path) {
    auto found = config::select(document, path);
    if (!found || found->size() == 1 || path.find('*') != std::string::npos) return found;
    auto several = path + " could be";
    for (const auto& selection : *found) several += " " + selection.path;
    return fail(std::error_code(), several + "; say which");
}

Result<Selection> select_one(const Document& document, const std::string& path) {
    auto found = select_for_edit(document, path);
    if (!found) return tl::unexpected(found.error());
    if (found->size() > 1)
        return fail(std::error_code(), path + " names more than one; one at a time, please");
    return found->front();
}

/// Does something with every key that `path` names, one after the other: each edit moves the text under the
/// next.
Result<void> for_each_key(
    Draft& draft, const std::string& path,
    const std::function<Result<std::string>(const Document&, const Selection&)>& change) {
    const auto document = draft.document();
    const auto found = select_for_edit(document, path);
    if (!found) return tl::unexpected(found.error());
    for (const auto& wanted : *found) {
        if (!wanted.key) return fail(std::error_code(), wanted.path + " is a block; a key in it is needed");
        const auto now = draft.document();
        const auto again = config::select(now, wanted.path);
        if (!again) return tl::unexpected(again.error());
        if (auto done = draft.take(change(now, again->front())); !done)
            return fail(done.error(), wanted.path);
    }
    return {};
}

Result<void> set_key(Draft& draft, const std::string& path, const std::string& value) {
    return for_each_key(draft, path, [&](const Document& now, const Selection& at) {
        return config::set_key(now, *at.block, at.key->name, config::value_words(*at.key, value));
    });
}

struct Assignment {
    std::string path;
    std::string value;
};

std::optional<Assignment> assignment(const std::string& word) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    return Assignment{.path = word.substr(0, equals), .value = word.substr(equals + 1)};
}

/// PATH VALUE…, PATH = VALUE…, or any number of PATH=VALUE.
std::optional<std::vector<Assignment>> assignments(const std::vector<std::string>& words) {
    if (words.empty()) return std::nullopt;
    if (!assignment(words.front())) {
        std::size_t at = 1;
        if (at < words.size() && words[at] == "=") ++at;
        if (at == words.size()) return std::nullopt;
        Assignment one{.path = words.front(), .value = words[at]};
        for (++at; at < words.size(); ++at) one.value += " " + words[at];
        return std::vector<Assignment>{one};
    }
    std::vector<Assignment> all;
    for (const auto& word : words) {
        const auto one = assignment(word);
        if (!one) return std::nullopt;
        all.push_back(*one);
    }
    return all;
}

int set(const Command& command, Words words) {
    EditOptions options;
    const auto parsed = parse_edit(command, words, options);
    if (!parsed) return parsed.error();
    const auto wanted = assignments(parsed->words);
    if (!wanted) return refuse_usage(command);
    Steps steps;
    for (const auto& one : *wanted)
        steps.emplace_back([&one](Draft& draft) { return set_key(draft, one.path, one.value); });
    return edit(options, steps);
}

int unset(const Command& command, Words words) {
    EditOptions options;
    const auto parsed = parse_edit(command, words, options);
    if (!parsed) return parsed.error();
    if (parsed->words.empty()) return refuse_usage(command);
    Steps steps;
    for (const auto& path : parsed->words)
        steps.emplace_back([&path](Draft& draft) {
            return for_each_key(draft, path, [](const Document& now, const Selection& at) {
                return config::unset_key(now, *at.block, at.key->name);
            });
        });
    return edit(options, steps);
}

/// Where a block that is not there yet is to be.
struct NewBlock {
    Selection outer;
    config::BlockKind kind = config::BlockKind::virtual_server;
    std::string name;
};

std::string unquoted(std::string name) {
    if (name.size() > 1 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front())
        return name.substr(1, name.size() - 2);
    return name;
}

/// `virtual.NAME`, `failover.NAME`, or `PATH-OF-A-VIRTUAL.server.NAME`; names may have dots, so an outer
/// block that is there decides.
Result<NewBlock> new_block(const Document& document, const std::string& path) {
    constexpr std::string_view server = ".server.";
    for (auto at = path.find(server); at != std::string::npos; at = path.find(server, at + 1)) {
        const auto outer = select_one(document, path.substr(0, at));
        if (!outer) return tl::unexpected(outer.error());
        if (!outer->key && outer->section == config::Section::virtual_server)
            return NewBlock{.outer = *outer,
                            .kind = config::BlockKind::server,
                            .name = unquoted(path.substr(at + server.size()))};
    }
    const Selection file{.block = &document.root()};
    if (path == "sysctl") return NewBlock{.outer = file, .kind = config::BlockKind::sysctl, .name = {}};
    if (path.starts_with("virtual."))
        return NewBlock{.outer = file, .name = unquoted(path.substr(std::string_view("virtual.").size()))};
    if (path.starts_with("failover."))
        return NewBlock{.outer = file,
                        .kind = config::BlockKind::failover,
                        .name = unquoted(path.substr(std::string_view("failover.").size()))};
    return fail(
        std::error_code(),
        path +
            " is no place for a block; those are virtual.NAME, failover.NAME, virtual.NAME.server.NAME and "
            "sysctl");
}

Result<void> add_block(Draft& draft, const std::string& path, const std::vector<Assignment>& keys) {
    const auto document = draft.document();
    const auto wanted = new_block(document, path);
    if (!wanted) return tl::unexpected(wanted.error());
    const bool named = config::has_name(wanted->kind);
    if (named && wanted->name.empty()) return fail(std::error_code(), "the new block needs a name");
    for (const auto* block : Document::blocks(*wanted->outer.block, wanted->kind))
        if (!named || (block->name && document.value(*block->name) == wanted->name))
            return fail(std::error_code(), path + " is there already");
    Draft with_block{.file = draft.file, .text = draft.text, .differences = {}};
    auto done =
        with_block.take(config::add_block(document, *wanted->outer.block, wanted->kind, wanted->name));
    for (const auto& [key, value] : keys)
        if (done) done = set_key(with_block, path + "." + key, value);
    if (!done) return done;
    return draft.take(with_block.text);
}

int add(const Command& command, Words words) {
    EditOptions options;
    const auto parsed = parse_edit(command, words, options);
    if (!parsed) return parsed.error();
    if (parsed->words.empty()) return refuse_usage(command);
    std::vector<Assignment> keys;
    for (std::size_t i = 1; i < parsed->words.size(); ++i) {
        const auto key = assignment(parsed->words[i]);
        if (!key) return refuse(parsed->words[i] + " is no KEY=VALUE");
        keys.push_back(*key);
    }
    return edit(options, {[&](Draft& draft) { return add_block(draft, parsed->words.front(), keys); }});
}

/// An edit of the one block that the first word names.
int edit_block(const Command& command, Words words, std::size_t word_count,
               const std::function<Result<std::string>(const Document&, const Selection&,
                                                       const std::vector<std::string>&)>& change) {
    EditOptions options;
    const auto parsed = parse_edit(command, words, options);
    if (!parsed) return parsed.error();
    if (parsed->words.size() != word_count) return refuse_usage(command);
    return edit(options, {[&](Draft& draft) -> Result<void> {
                    const auto document = draft.document();
                    const auto block = select_one(document, parsed->words.front());
                    if (!block) return tl::unexpected(block.error());
                    if (block->key)
                        return fail(std::error_code(),
                                    block->path + " is a key, not a block; unset takes keys out");
                    return draft.take(change(document, *block, parsed->words));
                }});
}

int remove(const Command& command, Words words) {
    return edit_block(command, words, 1, [](const Document& document, const Selection& block, const auto&) {
        return config::remove_block(document, *block.block);
    });
}

int rename(const Command& command, Words words) {
    return edit_block(command, words, 2,
                      [](const Document& document, const Selection& block, const auto& given) {
                          return config::rename_block(document, *block.block, given[1]);
                      });
}

int move(const Command& command, Words words) {
    return edit_block(
        command, words, 2,
        [](const Document& document, const Selection& block, const auto& given) -> Result<std::string> {
            const auto position = parse_decimal<std::size_t>(given[1]);
            if (!position || *position == 0)
                return fail(std::error_code(), given[1] + " is no position; the first block has position 1");
            const bool is_server = block.section == config::Section::real_server;
            const auto* outer = &document.root();
            if (is_server) outer = Document::blocks(document.root(), block.kind).at(block.virtual_index);
            return config::move_block(document, *outer, block.block->kind,
                                      is_server ? block.server_index : block.virtual_index, *position - 1);
        });
}

constexpr std::string_view about_edits =
    "Only the lines concerned change; comments, order and indentation stay. A change that would be a mistake "
    "is\n"
    "refused. The file is replaced in one piece and its previous version kept as FILE.bak. Paths are "
    "explained by\n"
    "pulsectl get --help. To put the file in force: systemctl reload pulse.\n";

const auto commands = std::to_array<Command>({
    {.name = "set",
     .arguments = "PATH VALUE | PATH=VALUE...",
     .summary = "Sets keys of an lvs.cf: pulsectl set virtual.web.scheduler wrr",
     .details = about_edits,
     .run = set},
    {.name = "unset",
     .arguments = "PATH...",
     .summary = "Takes keys out of an lvs.cf, so that their defaults hold.",
     .details = about_edits,
     .run = unset},
    {.name = "add",
     .arguments = "PATH [KEY=VALUE...]",
     .summary = "Adds a block: pulsectl add virtual.web.server.alpha address=10.0.1.11 active=1",
     .details = about_edits,
     .run = add},
    {.name = "remove",
     .arguments = "PATH",
     .summary = "Removes a block: pulsectl remove virtual.web.server.alpha",
     .details = about_edits,
     .run = remove},
    {.name = "rename",
     .arguments = "PATH NAME",
     .summary = "Gives a block another name: pulsectl rename virtual.web www",
     .details = about_edits,
     .run = rename},
    {.name = "move",
     .arguments = "PATH POSITION",
     .summary = "Puts a block at another position (from 1) among those of its kind.",
     .details = about_edits,
     .run = move},
});

}  // namespace

std::span<const Command> edit_commands() { return commands; }

}  // namespace pulse::pulsectl
