#include "manual.h"

#include <fmt/format.h>

#include "pulse/base/text.h"

namespace pulse::manual {

namespace {

using config::Section;
using config::ValueType;

std::string values(const config::Key& key) {
    if (key.choices.empty()) return std::string(config::type_name(key.type));
    std::string out;
    for (const auto choice : split_words(key.choices))
        out += (out.empty() ? "" : " | ") + std::string(choice);
    return out;
}

std::string readers(const config::Key& key) {
    if (key.used_by == "nobody") return "Read for the sake of old files";
    return "Used by: " + std::string(key.used_by);
}

std::string entry(const config::Key& key) {
    return fmt::format(".TP\n.BR {} \" = \\fI{}\\fR\"\n{}.\nDefault: {}.\n{}.\n.br\nExample: {}\n", key.name,
                       escaped(values(key)), escaped(key.help),
                       key.default_text.empty() ? "none" : escaped(key.default_text), escaped(readers(key)),
                       escaped(fmt::format("{} = {}", key.name, key.example)));
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string key_list(Section section) {
    std::string out;
    for (const auto& key : config::keys())
        if (key.section == section) out += entry(key);
    return out;
}

std::string page(std::string_view outline) {
    std::string out;
    for (const auto line : split(outline, '\n')) {
        if (line == "@KEYS global@")
            out += key_list(Section::global);
        else if (line == "@KEYS virtual@")
            out += key_list(Section::virtual_server);
        else if (line == "@KEYS server@")
            out += key_list(Section::real_server);
        else if (line == "@KEYS sysctl@")
            out += key_list(Section::sysctl);
        else
            out += std::string(line) + "\n";
    }
    return out;
}

}  // namespace pulse::manual
