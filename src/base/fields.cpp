#include "pulse/base/fields.h"

#include "pulse/base/text.h"

namespace pulse {

namespace {

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (c == '\n')
            text += "\\n";
        else if (c == '\\')
            text += "\\\\";
        else
            text += c;
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            value += text[i] == 'n' ? '\n' : text[i];
        } else {
            value += text[i];
        }
    }
    return value;
}

}  // namespace

Fields Fields::parse(std::string_view text) {
    Fields fields;
    for (const auto line : split(text, '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        fields.add(std::string(line.substr(0, equals)), unescaped(line.substr(equals + 1)));
    }
    return fields;
}

Fields& Fields::add(std::string key, std::string value) {
    fields_.emplace_back(std::move(key), std::move(value));
    return *this;
}

std::optional<std::string_view> Fields::find(std::string_view key) const {
    for (const auto& [name, value] : fields_)
        if (name == key) return value;
    return std::nullopt;
}

std::vector<std::string_view> Fields::all(std::string_view key) const {
    std::vector<std::string_view> values;
    for (const auto& [name, value] : fields_)
        if (name == key) values.emplace_back(value);
    return values;
}

std::string Fields::to_text() const {
    std::string text;
    for (const auto& [key, value] : fields_) text += key + "=" + escaped(value) + "\n";
    return text;
}

}  // namespace pulse
