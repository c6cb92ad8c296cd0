// A file and a script of edits: after each the file says what the edit asked for, whatever the file looked
// like.
//
// The input is the file, a NUL byte, and the script: a byte or two for each choice, a length and bytes for
// each text.

#include <string>
#include <string_view>

#include "edit_model.h"
#include "fuzz.h"

namespace {

class Script : public pulse::config::testing::Choices {
  public:
    explicit Script(std::string_view bytes) : bytes_(bytes) {}

    std::size_t below(std::size_t limit) override {
        if (limit == 0) return 0;
        const auto low = next();
        return (limit > 256 ? low * 256 + next() : low) % limit;
    }
    [[nodiscard]] bool go_on() const override { return !bytes_.empty(); }
    std::string text() override {
        const auto length = next() % 24;
        const auto taken = bytes_.substr(0, length);
        bytes_.remove_prefix(taken.size());
        return std::string(taken);
    }

  private:
    std::size_t next() {
        if (bytes_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return byte;
    }

    std::string_view bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto end = input.find('\0');
    if (end == std::string_view::npos) return 0;
    std::string text(input.substr(0, end));
    Script script(input.substr(end + 1));
    const auto wrong = pulse::config::testing::edit_and_compare(text, script);
    pulse::fuzz::require(wrong.empty(), wrong);
    return 0;
}
