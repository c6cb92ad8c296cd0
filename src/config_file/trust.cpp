#include "pulse/config_file/trust.h"

#include <set>

#include <unistd.h>

#include "pulse/base/text.h"
#include "pulse/config/document.h"
#include "pulse/config_file/permissions.h"

namespace pulse::config_file {

namespace {

using config::Block;
using config::BlockKind;
using config::Document;

class Judge {
  public:
    explicit Judge(const File& file) : file_(file), document_(config::parse(file.text).document) {}

    std::vector<config::Diagnostic> run() {
        look({}, "this file", file_.path);
        named_in(document_.root(), {"active_cmd", "inactive_cmd", "notify_cmd", "heartbeat_key_file"});
        for (const auto* block : Document::blocks(document_.root(), BlockKind::virtual_server))
            named_in(*block, {"client_monitor"});  // send_program runs without rights
        return std::move(found_);
    }

  private:
    void named_in(const Block& block, std::initializer_list<std::string_view> keys) {
        for (const auto key : keys) {
            const auto* entry = document_.find(block, key);
            if (entry == nullptr || entry->values.empty()) continue;
            const auto words = split_words(document_.value(entry->values.front()));
            if (!words.empty() && words.front().starts_with('/'))
                look(document_.place(entry->values.front()), key, std::string(words.front()));
        }
    }

    void look(config::Place place, std::string_view what, const std::string& path) {
        if (!looked_at_.insert(path).second) return;
        const auto others = who_else_writes(look_at(path), ::geteuid());
        if (!others) return;
        found_.push_back({.severity = config::Severity::warning,
                          .line = place.line,
                          .column = place.column,
                          .text = std::string(what) + " is not root's alone: " + *others,
                          .hint = "whoever may write there is root here; pulse and lvsd refuse it without "
                                  "--trust-files"});
    }

    const File& file_;
    Document document_;
    std::set<std::string> looked_at_;
    std::vector<config::Diagnostic> found_;
};

}  // namespace

std::vector<config::Diagnostic> untrusted(const File& file) { return Judge(file).run(); }

Result<void> acceptable(const File& file, const Terms& terms) {
    std::vector<config::Diagnostic> against;
    if (!terms.trust_files) against = file.untrusted;
    if (terms.reload && file.cut_off) against.push_back(*file.cut_off);
    if (against.empty()) return {};
    for (auto& diagnostic : against) diagnostic.severity = config::Severity::error;
    return fail(std::error_code(), config::format(against, file.path, file.text));
}

}  // namespace pulse::config_file
