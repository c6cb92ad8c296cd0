#include "checks.h"

#include <fstream>
#include <regex>
#include <sstream>
#include <vector>

#include "shell.h"

namespace pulse::lab {

namespace {

std::vector<std::string> cells(const std::string& row) {
    std::vector<std::string> found;
    std::istringstream stream(row);
    for (std::string cell; std::getline(stream, cell, '|');)
        found.push_back(std::regex_replace(cell, std::regex("^ +| +$|`"), ""));
    return found;
}

}  // namespace

std::string check(const std::string& options, std::uint16_t port, const std::string& address) {
    const bool tls = options.starts_with("https") || options.starts_with("tls");
    const auto output = run(std::string(tls ? "nanny-tls" : "nanny") + " --lvs --once -t 2 -h " + address +
                            " -p " + std::to_string(port) + " --check=" + options);
    std::smatch match;
    if (std::regex_search(output.text, match, std::regex("failed: (.*)"))) return match[1];
    const bool well = output.status == 0 && output.text.find("the server is well") != std::string::npos;
    return well ? "" : "nanny says: " + output.text;
}

std::map<std::pair<std::string, std::string>, std::string> documented_reasons() {
    std::map<std::pair<std::string, std::string>, std::string> reasons;
    std::ifstream document(PULSE_DOCUMENT);
    bool in_table = false;
    for (std::string line; std::getline(document, line);) {
        if (!line.starts_with("|")) in_table = false;
        if (in_table && !line.starts_with("|---")) {
            const auto row = cells(line);
            std::istringstream kinds(row.at(1));
            for (std::string kind; kinds >> kind;)
                reasons.emplace(std::pair(kind.substr(0, kind.find(',')), row.at(2)), row.at(3));
        }
        if (line.starts_with("| check | what is wrong | reason |")) in_table = true;
    }
    return reasons;
}

}  // namespace pulse::lab
