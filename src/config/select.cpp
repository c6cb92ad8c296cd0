#include "pulse/config/select.h"

#include <algorithm>
#include <array>
#include <map>

#include "report.h"
#include "suggest.h"
#include "unknown_key.h"

namespace pulse::config {

namespace {

struct Kind {
    std::string_view keyword;
    BlockKind kind;
    Section outer;  ///< where such blocks may be
    Section inner;  ///< whose keys they hold
};

constexpr auto kinds = std::to_array<Kind>({
    {"virtual", BlockKind::virtual_server, Section::global, Section::virtual_server},
    {"failover", BlockKind::failover, Section::global, Section::virtual_server},
    {"server", BlockKind::server, Section::virtual_server, Section::real_server},
    {"sysctl", BlockKind::sysctl, Section::global, Section::sysctl},
});

/// A block among the others of its kind.
struct Named {
    const Block* block;
    std::string name;
    std::size_t index;       ///< from 0
    std::size_t same_index;  ///< among those of this name, from 0
    bool is_unique;

    [[nodiscard]] std::string canonical() const;
    [[nodiscard]] std::vector<std::string> spellings() const;
};

/// As a path calls it; a plain name wherever that will do.
std::string Named::canonical() const {
    constexpr std::string_view special = "\"'[]* \t";
    if (name.empty() || name.find_first_of(special) != std::string::npos)
        return "[" + std::to_string(index + 1) + "]";
    return is_unique ? name : name + "[" + std::to_string(same_index + 1) + "]";
}

std::vector<std::string> Named::spellings() const {
    const auto nth = [](std::size_t n) { return "[" + std::to_string(n + 1) + "]"; };
    return {name, '"' + name + '"', '\'' + name + '\'', "*", nth(index), name + nth(same_index)};
}

std::vector<Named> named_blocks(const Document& document, const Block& outer, BlockKind kind) {
    std::vector<Named> found;
    std::map<std::string, std::size_t> count;
    for (const auto* block : Document::blocks(outer, kind)) {
        const std::string name(block->name ? document.value(*block->name) : std::string_view{});
        found.push_back({block, name, found.size(), count[name]++, true});
    }
    for (auto& named : found) named.is_unique = count[named.name] == 1;
    return found;
}

class Selector {
  public:
    explicit Selector(const Document& document) : document_(document) {}

    void walk(const Selection& at, std::string_view rest);
    [[nodiscard]] Error complaint(std::string_view path) const;

    std::vector<Selection> found;

  private:
    void inside(const Selection& at, const Kind& kind, std::string_view rest);
    void inside_the_only(const Selection& at, const Kind& kind, std::string_view rest);
    [[nodiscard]] Selection step(const Selection& at, const Kind& kind, const Named& named) const;

    const Document& document_;
    Selection furthest_;
    std::string_view furthest_rest_;
};

Selection Selector::step(const Selection& at, const Kind& kind, const Named& named) const {
    auto next = at;
    next.block = named.block;
    next.section = kind.inner;
    next.path += (at.path.empty() ? "" : ".") + std::string(kind.keyword);
    if (has_name(kind.kind)) next.path += "." + named.canonical();
    if (kind.inner == Section::real_server) {
        next.server_index = named.index;
    } else {
        next.kind = kind.kind;
        next.virtual_index = named.index;
    }
    return next;
}

/// Blocks without a name are one: the last of them counts.
void Selector::inside_the_only(const Selection& at, const Kind& kind, std::string_view rest) {
    const auto blocks = named_blocks(document_, *at.block, kind.kind);
    if (blocks.empty()) return;
    const auto next = step(at, kind, blocks.back());
    if (rest.empty())
        found.push_back(next);
    else
        walk(next, rest);
}

void Selector::inside(const Selection& at, const Kind& kind, std::string_view rest) {
    for (const auto& named : named_blocks(document_, *at.block, kind.kind)) {
        const auto next = step(at, kind, named);
        for (const auto& spelling : named.spellings()) {
            if (spelling.empty() || !rest.starts_with(spelling)) continue;
            if (rest.size() == spelling.size())
                found.push_back(next);
            else if (rest[spelling.size()] == '.')
                walk(next, rest.substr(spelling.size() + 1));
            else
                continue;
            break;
        }
    }
}

void Selector::walk(const Selection& at, std::string_view rest) {
    if (!furthest_.block || rest.size() < furthest_rest_.size()) {
        furthest_ = at;
        furthest_rest_ = rest;
    }
    if (const auto* key = find_key(at.section, rest)) {
        auto selection = at;
        selection.key = key;
        selection.path += (at.path.empty() ? "" : ".") + std::string(key->name);
        found.push_back(std::move(selection));
    }
    for (const auto& kind : kinds) {
        if (kind.outer != at.section || !rest.starts_with(kind.keyword)) continue;
        const bool whole = rest == kind.keyword;
        if (!whole && rest[kind.keyword.size()] != '.') continue;
        const auto inner = whole ? std::string_view{} : rest.substr(kind.keyword.size() + 1);
        if (!has_name(kind.kind))
            inside_the_only(at, kind, inner);
        else
            inside(at, kind, whole ? "*" : inner);
    }
}

/// What is not there, and what is.
Error Selector::complaint(std::string_view path) const {
    const auto where = furthest_.path.empty() ? std::string() : " in " + furthest_.path;
    const auto word = furthest_rest_.substr(0, furthest_rest_.find('.'));
    for (const auto& kind : kinds) {
        if (kind.outer != furthest_.section || word != kind.keyword) continue;
        if (!has_name(kind.kind))
            return {.code = {}, .context = "there is no sysctl block; pulsectl add sysctl makes one"};
        const auto wanted = furthest_rest_.substr(std::min(word.size() + 1, furthest_rest_.size()));
        std::string there;
        constexpr std::size_t most = 8;
        const auto blocks = named_blocks(document_, *furthest_.block, kind.kind);
        for (std::size_t i = 0; i < std::min(blocks.size(), most); ++i)
            there += (i > 0 ? ", " : "") + blocks[i].canonical();
        if (blocks.size() > most) there += " and " + std::to_string(blocks.size() - most) + " more";
        if (there.empty()) there = "none";
        auto text = "there is no " + std::string(kind.keyword);
        if (!wanted.empty()) text += " " + quoted(wanted);
        text += where + "; there is: ";
        return {.code = {}, .context = text + there};
    }
    const auto hint = unknown_key_hint(furthest_.section, word);
    return {.code = {},
            .context = "no key " + quoted(word) +
                       (where.empty() ? " " + std::string(place_name(Section::global)) : where) +
                       (hint.empty() ? "" : ": " + hint) + " (in " + quoted(path) + ")"};
}

Selection file_of(const Document& document) { return {.block = &document.root()}; }

}  // namespace

Result<std::vector<Selection>> select(const Document& document, std::string_view path) {
    Selector selector(document);
    selector.walk(file_of(document), path);
    if (selector.found.empty()) return tl::unexpected(selector.complaint(path));
    return std::move(selector.found);
}

std::vector<Selection> all_blocks(const Document& document) {
    std::vector<Selection> all{file_of(document)};
    for (const auto* path : {"sysctl", "virtual", "failover"}) {
        Selector outer(document);
        outer.walk(file_of(document), path);
        for (auto& block : outer.found) {
            Selector inner(document);
            inner.walk(block, "server");
            all.push_back(std::move(block));
            all.insert(all.end(), inner.found.begin(), inner.found.end());
        }
    }
    return all;
}

std::vector<std::string> values_of(const Config& config, const Selection& selection) {
    const auto& key = *selection.key;
    if (selection.section == Section::global) return values_of(key, config);
    if (selection.section == Section::sysctl) return values_of(key, config.sysctls);
    const auto& services =
        selection.kind == BlockKind::failover ? config.failover_services : config.virtual_servers;
    const auto& service = services.at(selection.virtual_index);
    if (selection.section == Section::virtual_server) return values_of(key, service);
    return values_of(key, service.servers.at(selection.server_index));
}

}  // namespace pulse::config
