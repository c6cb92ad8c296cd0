#include <random>

#include <gtest/gtest.h>

#include "pulse/config/tidy.h"

#include "edit_model.h"
#include "helpers.h"

namespace pulse::config::testing {
namespace {

class RandomChoices : public Choices {
  public:
    RandomChoices(unsigned seed, int edits) : random_(seed), left_(edits) {}

    std::size_t below(std::size_t limit) override { return limit == 0 ? 0 : random_() % limit; }
    [[nodiscard]] bool go_on() const override { return left_-- > 0; }
    std::string text() override {
        static const std::vector<std::string> texts = {"a",      "10.0.0.1",
                                                       "my web", "",
                                                       "80",     "a#b",
                                                       "# x",    "say \"hi\"",
                                                       "it's",   "\"q\"",
                                                       "a\" b'", "x{",
                                                       "}",      "=",
                                                       "[ a ]",  "\\",
                                                       "a\\ ",   "\t",
                                                       "ü",      "{",
                                                       "a b c",  "rs1.example.com"};
        return texts[below(texts.size())];
    }

  private:
    std::mt19937 random_;
    mutable int left_;
};

TEST(EditProperty, AnySequenceOfEditsLeavesAFileThatSaysWhatWasAskedFor) {
    unsigned seed = 0;
    for (const auto& path : corpus()) {
        const auto original = file(path);
        for (int round = 0; round < 25; ++round) {
            SCOPED_TRACE(path + " seed " + std::to_string(++seed));
            auto text = original;
            RandomChoices choices(seed, 15);
            const auto wrong = edit_and_compare(text, choices);
            ASSERT_EQ(wrong, "");
        }
    }
}

TEST(EditProperty, EditedFilesOfEveryShapeToo) {
    const std::vector<std::string> shapes = {
        "\n",
        "# only a comment",
        "virtual a {\n}",
        "virtual a{\r\nserver s{\r\n}\r\n}\r\n",
        "virtual a {\nserver s {\n}}\n",
        "virtual a {\n  port = 1\n  server s {\n  }\n  active = 1\n  server s {\n  }\n",
        "keepalive 3\nprimary =\nsend = \"x\nvirtual\n",
        "virtual a { }\nvirtual b\n{\n}\nvirtual\n",
        "failover f {\n}\nkeepalive = 3\nvirtual v {\n}\n\xef\xbb\xbf",
        "global_defs {\n  x\n}\nvirtual v {\nother {\n}\n}\n",
        "}\nserver s {\n}\n",
    };
    for (const auto& shape : shapes)
        for (unsigned seed = 0; seed < 150; ++seed) {
            SCOPED_TRACE(shape + " seed " + std::to_string(seed));
            auto text = shape;
            RandomChoices choices(seed, 12);
            ASSERT_EQ(edit_and_compare(text, choices), "");
        }
}

TEST(EditProperty, EditedFilesMeanTheSameWhenTidied) {
    unsigned seed = 1000;
    for (const auto& path : corpus()) {
        auto text = file(path);
        RandomChoices choices(++seed, 20);
        ASSERT_EQ(edit_and_compare(text, choices), "");
        const auto parsed = parse(text);
        if (has_errors(parsed.diagnostics)) continue;
        const auto tidied = tidy(parsed.document);
        EXPECT_EQ(read_text(tidied).config, read_text(text).config) << text;
        EXPECT_EQ(tidy(parse(tidied).document), tidied);
    }
}

}  // namespace
}  // namespace pulse::config::testing
