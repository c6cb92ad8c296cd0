#include "edit_model.h"

#include <algorithm>
#include <array>
#include <functional>

#include "pulse/config/edit.h"
#include "pulse/config/keys.h"

namespace pulse::config::testing {

namespace {

using Strings = std::vector<std::string>;

Model model_of_block(const Document& document, const Block& block) {
    Model model{.kind = block.kind};
    if (block.name) model.name = document.value(*block.name);
    for (const auto& statement : block.statements) {
        if (const auto* entry = std::get_if<Entry>(&statement.content)) {
            Model::Entry out{.key = std::string(document.value(entry->key)),
                             .is_assignment = entry->equals.has_value()};
            for (const auto& value : entry->values) out.values.emplace_back(document.value(value));
            model.entries.back().push_back(std::move(out));
        } else {
            model.blocks.push_back(model_of_block(document, std::get<Block>(statement.content)));
            model.entries.emplace_back();
        }
    }
    return model;
}

/// Keys are told apart by name: their order between two blocks does not matter, nor does it matter at the top
/// level on which side of a block they are, nor how blocks of different kinds are mixed there.
void normalise(Model& model) {
    if (model.kind == BlockKind::file) {
        for (std::size_t i = 1; i < model.entries.size(); ++i)
            model.entries[0].insert(model.entries[0].end(), model.entries[i].begin(), model.entries[i].end());
        model.entries.resize(1);
        std::ranges::stable_sort(model.blocks, {}, &Model::kind);
    }
    for (auto& segment : model.entries) std::ranges::stable_sort(segment, {}, &Model::Entry::key);
    for (auto& block : model.blocks) normalise(block);
}

bool same(Model a, Model b) {
    normalise(a);
    normalise(b);
    return a == b;
}

void set(Model& model, const std::string& key, const Strings& values) {
    for (auto segment = model.entries.rbegin(); segment != model.entries.rend(); ++segment)
        for (auto entry = segment->rbegin(); entry != segment->rend(); ++entry)
            if (entry->key == key) {
                *entry = {.key = key, .values = values};
                return;
            }
    model.entries.front().push_back({.key = key, .values = values});
}

void unset(Model& model, const std::string& key) {
    for (auto& segment : model.entries)
        std::erase_if(segment, [&](const auto& entry) { return entry.key == key; });
}

/// Where in `model.blocks` the `index`-th of a kind is.
std::size_t position(const Model& model, BlockKind kind, std::size_t index) {
    for (std::size_t i = 0; i < model.blocks.size(); ++i)
        if (model.blocks[i].kind == kind && index-- == 0) return i;
    return model.blocks.size();
}

void add(Model& model, BlockKind kind, const std::string& name) {
    auto at = model.blocks.size();
    bool has_sibling = false;
    for (std::size_t i = 0; i < model.blocks.size(); ++i) {
        if (model.blocks[i].kind != kind) continue;
        at = i + 1;
        has_sibling = true;
    }
    const auto offset = static_cast<std::ptrdiff_t>(at);
    model.blocks.insert(model.blocks.begin() + offset, Model{.kind = kind, .name = name});
    // Right behind its sibling, or else behind everything in the block.
    model.entries.insert(model.entries.begin() + offset + (has_sibling ? 0 : 1), std::vector<Model::Entry>());
}

void remove(Model& model, BlockKind kind, std::size_t index) {
    const auto at = position(model, kind, index);
    const auto offset = static_cast<std::ptrdiff_t>(at);
    auto& before = model.entries[at];
    const auto& after = model.entries[at + 1];
    before.insert(before.end(), after.begin(), after.end());
    model.entries.erase(model.entries.begin() + offset + 1);
    model.blocks.erase(model.blocks.begin() + offset);
}

void move(Model& model, BlockKind kind, std::size_t from, std::size_t to) {
    while (from < to) {
        std::swap(model.blocks[position(model, kind, from)], model.blocks[position(model, kind, from + 1)]);
        ++from;
    }
    while (from > to) {
        std::swap(model.blocks[position(model, kind, from)], model.blocks[position(model, kind, from - 1)]);
        --from;
    }
}

/// A block of the document and its counterpart in the model.
struct Pair {
    const Block* block;
    Model* model;
    const Block* outer;
    Model* outer_model;
    std::size_t index;  ///< among those of its kind
};

void collect(const Block& block, Model& model, std::vector<Pair>& out) {
    std::size_t at = 0;
    std::array<std::size_t, 6> seen{};
    for (const auto& statement : block.statements) {
        const auto* inner = std::get_if<Block>(&statement.content);
        if (!inner) continue;
        auto& counterpart = model.blocks.at(at++);
        out.push_back(
            {inner, &counterpart, &block, &model, seen.at(static_cast<std::size_t>(inner->kind))++});
        collect(*inner, counterpart, out);
    }
}

Section section_of(BlockKind kind) {
    if (kind == BlockKind::file) return Section::global;
    if (kind == BlockKind::sysctl) return Section::sysctl;
    return kind == BlockKind::server ? Section::real_server : Section::virtual_server;
}

std::string a_key(Section section, Choices& choices) {
    Strings names;
    for (const auto& key : keys())
        if (key.section == section) names.emplace_back(key.name);
    return names[choices.below(names.size())];
}

/// One edit: `text` is the new text, or the edit's refusal left everything as it was.
std::string edit_once(std::string& text, Choices& choices) {
    const auto parsed = parse(text);
    const auto& document = parsed.document;
    auto model = model_of(document);
    std::vector<Pair> blocks;
    blocks.push_back({&document.root(), &model, nullptr, nullptr, 0});
    collect(document.root(), model, blocks);
    std::erase_if(blocks, [](const Pair& pair) { return pair.block->kind == BlockKind::foreign; });
    const auto chosen = blocks[choices.below(blocks.size())];
    const auto key = a_key(section_of(chosen.block->kind), choices);

    Result<std::string> edited = text;
    switch (choices.below(6)) {
        case 0: {
            Strings values{choices.text()};
            if (choices.below(4) == 0) values.push_back(choices.text());
            edited = set_key(document, *chosen.block, key, values);
            set(*chosen.model, key, values);
            break;
        }
        case 1:
            edited = unset_key(document, *chosen.block, key);
            unset(*chosen.model, key);
            break;
        case 2: {
            if (chosen.block->kind == BlockKind::server || chosen.block->kind == BlockKind::sysctl) return {};
            constexpr std::array in_file{BlockKind::virtual_server, BlockKind::failover, BlockKind::sysctl};
            auto kind = BlockKind::server;
            if (chosen.block->kind == BlockKind::file) kind = in_file.at(choices.below(in_file.size()));
            const auto name = has_name(kind) ? choices.text() : "";
            edited = add_block(document, *chosen.block, kind, name);
            add(*chosen.model, kind, name);
            break;
        }
        case 3:
            if (!chosen.outer) return {};
            edited = remove_block(document, *chosen.block);
            remove(*chosen.outer_model, chosen.block->kind, chosen.index);
            break;
        case 4: {
            if (!chosen.outer) return {};
            const auto name = choices.text();
            edited = rename_block(document, *chosen.block, name);
            chosen.model->name = name;
            break;
        }
        default: {
            if (!chosen.outer) return {};
            const auto to = choices.below(Document::blocks(*chosen.outer, chosen.block->kind).size());
            edited = move_block(document, *chosen.outer, chosen.block->kind, chosen.index, to);
            move(*chosen.outer_model, chosen.block->kind, chosen.index, to);
        }
    }
    if (!edited) return {};
    const auto before = std::exchange(text, *std::move(edited));
    const auto after = parse(text);
    // Where the structure was in doubt before, it may be afterwards; and with less text around them, odd
    // bytes may be too many for a text.
    if (has_errors(parsed.diagnostics) || after.given_up || same(model_of(after.document), model)) return {};
    return "---- before\n" + before + "\n---- after\n" + text + "\n";
}

}  // namespace

Model model_of(const Document& document) { return model_of_block(document, document.root()); }

std::string edit_and_compare(std::string& text, Choices& choices) {
    while (choices.go_on())
        if (auto wrong = edit_once(text, choices); !wrong.empty()) return wrong;
    return {};
}

}  // namespace pulse::config::testing
