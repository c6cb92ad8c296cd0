#include "pulse/config/keys.h"

#include <map>
#include <utility>

#include "pulse/base/text.h"

#include "key_rows.h"

namespace pulse::config {

namespace {

const std::vector<Key>& table() {
    static const auto rows = [] {
        std::vector<Key> all;
        for (const auto& section : {global_keys(), virtual_keys(), probe_keys(Section::virtual_server),
                                    server_keys(), probe_keys(Section::real_server), sysctl_keys()})
            all.insert(all.end(), section.begin(), section.end());
        return all;
    }();
    return rows;
}

using Index = std::map<std::pair<Section, std::string_view>, const Key*>;

/// A big file asks for a key with every line.
const Index& index() {
    static const auto made = [] {
        Index all;
        for (const auto& key : table()) all.emplace(std::pair(key.section, key.name), &key);
        return all;
    }();
    return made;
}

}  // namespace

std::span<const Key> keys() { return table(); }

const Key* find_key(Section section, std::string_view name) {
    const auto found = index().find({section, name});
    return found == index().end() ? nullptr : found->second;
}

std::vector<std::string> value_words(const Key& key, std::string_view typed) {
    if (key.type == ValueType::word) return {std::string(typed)};
    std::vector<std::string> words;
    for (const auto word : split_words(typed)) words.emplace_back(word);
    if (key.type == ValueType::list && !words.empty() && words.front() != "[") {
        words.insert(words.begin(), "[");
        words.emplace_back("]");
    }
    return words;
}

std::string_view place_name(Section section) {
    switch (section) {
        case Section::global:
            return "at the top level";
        case Section::virtual_server:
            return "in a virtual or failover block";
        case Section::real_server:
            return "in a server block";
        case Section::sysctl:
            return "in a sysctl block";
    }
    return "";
}

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::integer:
            return "integer";
        case ValueType::boolean:
        case ValueType::flag:
            return "0 or 1";
        case ValueType::duration:
            return "duration";
        case ValueType::port:
            return "port";
        case ValueType::ports:
            return "ports";
        case ValueType::host:
            return "address or host name";
        case ValueType::addresses:
            return "addresses";
        case ValueType::host_and_device:
            return "address and device";
        case ValueType::mask:
            return "network mask";
        case ValueType::choice:
            return "choice";
        case ValueType::choices:
            return "choices";
        case ValueType::word:
            return "text";
        case ValueType::list:
            return "list";
        case ValueType::path:
            return "two addresses";
    }
    return "";
}

}  // namespace pulse::config
