// Runs a fuzz target without libFuzzer, so that every build has it: each stored input as it is, then damaged
// ones.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

using Inputs = std::vector<std::string>;

constexpr std::size_t longest = 1U << 16U;

Inputs load(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    Inputs inputs;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    return inputs;
}

class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string operator()(const Inputs& inputs) {
        auto text = inputs[below(inputs.size())];
        for (auto times = 1 + below(6); times > 0; --times) {
            const auto at = below(text.size() + 1);
            const auto length = below(std::min<std::size_t>(text.size() - at, 64) + 1);
            const auto& other = inputs[below(inputs.size())];
            switch (below(6)) {
                case 0:
                    text.insert(at, 1, static_cast<char>(random_()));
                    break;
                case 1:
                    text.erase(at, length);
                    break;
                case 2:
                    text.insert(below(text.size() + 1), text.substr(at, length));
                    break;
                case 3:
                    if (at < text.size()) text[at] = static_cast<char>(random_());
                    break;
                case 4:
                    if (at < text.size()) text[at] = "{}=#\"' \n\r\\\0"[below(11)];
                    break;
                default:
                    if (!other.empty()) text.insert(at, other.substr(below(other.size()), 1 + below(64)));
            }
        }
        if (text.size() > longest) text.resize(longest);
        return text;
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    std::mt19937 random_;
};

void run(const std::string& input) {
    (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

int fuzz(int argc, char** argv) {
    if (argc < 3) {
        (void)std::fprintf(stderr,
                           "Usage: %s COUNT DIRECTORY...\nRuns every file there, then COUNT damaged copies "
                           "of them: the same ones "
                           "every time, or others with another PULSE_FUZZ_SEED.\n",
                           argv[0]);
        return 2;
    }
    Inputs inputs;
    for (int i = 2; i < argc; ++i)
        for (auto& input : load(argv[i])) inputs.push_back(std::move(input));
    if (inputs.empty()) {
        (void)std::fprintf(stderr, "no inputs\n");
        return 2;
    }
    const auto* wanted = std::getenv("PULSE_FUZZ_SEED");
    // A test says the same twice; looking for what nobody has seen is libFuzzer's job.
    const auto seed = wanted ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 10)) : 1U;
    (void)std::printf("%zu inputs, PULSE_FUZZ_SEED=%u\n", inputs.size(), seed);
    (void)std::fflush(stdout);
    for (const auto& input : inputs) run(input);
    Mutator mutate(seed);
    const auto count = std::strtol(argv[1], nullptr, 10);
    for (long done = 0; done < count; ++done) run(mutate(inputs));
    (void)std::printf("%ld executions\n", count);
    return count > 0 ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return fuzz(argc, argv);
    } catch (const std::exception& failure) {
        (void)std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
}
