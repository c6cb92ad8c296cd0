#pragma once

#include <random>

#include "programs.h"

namespace pulse::lab {

/// Makes command lines from the grammar: most are right, some have something wrong. The same seed makes the
/// same lines. Services stand before what depends on them: elsewhere the original gets it wrong
/// (docs/compatibility.md).
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    [[nodiscard]] Words command_line();

  private:
    [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
    template <std::size_t Size>
    [[nodiscard]] std::string one_of(const char* const (&values)[Size]) {
        return values[random_() % Size];
    }
    /// Says whether it is one of IPv6. `existing`: mostly one that the start table has.
    bool add_service(Words& words, bool existing);
    void add_option(Words& words, const char* letter, const char* word, const std::string& value);
    void service_options(Words& words, bool is_v6);
    void server_options(Words& words, bool is_v6);
    void spoil(Words& words);

    std::mt19937 random_;
};

}  // namespace pulse::lab
