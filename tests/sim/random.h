#pragma once

#include <cstdint>

namespace pulse::sim {

/// A small, fast generator (splitmix64): the same numbers from the same seed everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        auto z = state_;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27U) * 0x94d049bb133111ebULL;
        return z ^ z >> 31U;
    }

    /// 0 to limit - 1.
    unsigned below(unsigned limit) { return static_cast<unsigned>(next() % limit); }
    bool one_in(unsigned n) { return below(n) == 0; }
    bool percent(unsigned share) { return below(100) < share; }

  private:
    std::uint64_t state_;
};

}  // namespace pulse::sim
