#include <algorithm>
#include <cstdio>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "pulse/config/select.h"
#include "pulse/config_file/load.h"

#include "command.h"

namespace pulse::pulsectl {

namespace po = boost::program_options;

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

/// The keys of a block, each with its path.
std::vector<config::Selection> keys_of(const config::Selection& block) {
    std::vector<config::Selection> all;
    for (const auto& key : config::keys()) {
        if (key.section != block.section) continue;
        auto selection = block;
        selection.key = &key;
        selection.path += (block.path.empty() ? "" : ".") + std::string(key.name);
        all.push_back(std::move(selection));
    }
    return all;
}

bool is_inside(const config::Selection& block, std::string_view path) {
    return path.empty() || block.path == path || block.path.starts_with(std::string(path) + ".");
}

/// The selected keys; of a block those that the file gives, and with `defaults` the others too.
std::vector<config::Selection> expand(const config::Document& document,
                                      const std::vector<config::Selection>& selected, bool defaults) {
    std::vector<config::Selection> out;
    for (const auto& selection : selected) {
        if (selection.key) {
            out.push_back(selection);
            continue;
        }
        for (const auto& block : config::all_blocks(document)) {
            if (!is_inside(block, selection.path)) continue;
            for (auto& key : keys_of(block))
                if (defaults || document.find(*block.block, key.key->name)) out.push_back(std::move(key));
        }
    }
    return out;
}

int get(const Command& command, Words words) {
    std::string file;
    bool all = false;
    po::options_description description("Options");
    add_file_option(description, file);
    description.add_options()("all,a", po::bool_switch(&all),
                              "of a block, also the keys that are not in the file");
    const auto parsed = parse(command, words, description);
    if (!parsed) return parsed.error();
    const auto source = config_file::load(file);
    if (!source) {
        fmt::print(stderr, "{}", source.error().message());
        return refuse(file + " has mistakes; nothing in it is in force");
    }
    const auto document = config::parse(source->text).document;

    std::vector<config::Selection> selected;
    if (parsed->words.empty()) selected.push_back(config::all_blocks(document).front());
    for (const auto& path : parsed->words) {
        const auto found = config::select(document, path);
        if (!found) return refuse(found.error());
        selected.insert(selected.end(), found->begin(), found->end());
    }
    const bool bare = selected.size() == 1 && selected.front().key != nullptr;
    bool any = false;
    for (const auto& selection : expand(document, selected, all)) {
        const auto values = config::values_of(source->config, selection);
        if (values.empty()) continue;
        any = true;
        if (bare)
            fmt::print("{}\n", joined(values));
        else
            fmt::print("{} = {}\n", selection.path, joined(values));
    }
    if (!any && bare) fmt::print(stderr, "pulsectl: {} is not set\n", selected.front().path);
    return any ? status_fine : status_no;
}

void show_key(const config::Key& key) {
    const auto values = key.choices.empty() ? config::type_name(key.type) : key.choices;
    fmt::print("{} = {}\n    {}; {}\n    default: {}; used by: {}; example: {} = {}\n", key.name, values,
               key.help, config::place_name(key.section),
               key.default_text.empty() ? "none" : key.default_text, key.used_by, key.name, key.example);
}

int keys(const Command& command, Words words) {
    const auto parsed = parse(command, words, po::options_description("Options"));
    if (!parsed) return parsed.error();
    for (const auto& name : parsed->words)
        if (std::ranges::find(config::keys(), name, &config::Key::name) == config::keys().end())
            return refuse("there is no key called " + name + "; pulsectl keys shows all");
    for (const auto& key : config::keys())
        if (parsed->words.empty() || std::ranges::find(parsed->words, key.name) != parsed->words.end())
            show_key(key);
    return status_fine;
}

}  // namespace

const Command get_command{
    .name = "get",
    .arguments = "[PATH...] [--all]",
    .summary = "Shows what an lvs.cf says: the value of a key, or all keys of a block.",
    .details =
        "A path is a key (keepalive), a block (virtual.web, virtual.web.server.alpha) or a key in one\n"
        "(virtual.web.scheduler). * stands for every name, [2] for the second block, web[2] for the second\n"
        "called web. A key that the file leaves out shows its default. Without a path: the whole file.\n"
        "Exit status: 0 shown, 1 not set, 2 no such path or a file with errors.\n",
    .run = get};

const Command keys_command{.name = "keys",
                           .arguments = "[NAME...]",
                           .summary = "Explains the keys of lvs.cf: all, or the ones named.",
                           .details = "See also lvs.cf(5).\n",
                           .run = keys};

}  // namespace pulse::pulsectl
