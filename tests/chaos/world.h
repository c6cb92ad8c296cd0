#pragma once

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <sys/types.h>

#include "figures.h"
#include "router.h"

namespace pulse::chaos {

/// The pair on which faults strike, and the dice.
class World {
  public:
    World(const std::string& text, const std::string& results, std::uint64_t seed);

    Defects defects;
    Router primary;
    Router backup;
    std::mt19937_64 dice;

    [[nodiscard]] std::vector<Router*> routers() { return {&primary, &backup}; }
    /// Throws if nobody has the role.
    [[nodiscard]] Router& active() { return with_role("active"); }
    [[nodiscard]] Router& standby() { return with_role("standby"); }
    [[nodiscard]] Router& any() { return one_of(2) == 0 ? primary : backup; }
    [[nodiscard]] Router& other(const Router& router) { return &router == &primary ? backup : primary; }

    /// From 0 to `count` - 1.
    [[nodiscard]] std::size_t one_of(std::size_t count);
    [[nodiscard]] double between(double low, double high);

    /// What both routers are to run with.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const config::Config& config() const { return config_; }
    [[nodiscard]] const Expectation& expectation() const { return expectation_; }
    /// From now on they are to run with this; nothing is written, nobody told.
    void want(const std::string& text);
    /// The wanted text with other weights.
    [[nodiscard]] std::string edited();

    /// What is not as it must be, one line each.
    [[nodiscard]] std::vector<std::string> problems();
    /// Waits until everything is right twice in a row; what is wrong still if that does not happen.
    [[nodiscard]] std::vector<std::string> settle(double limit);
    /// Daemons that are dead and that nobody waits for.
    [[nodiscard]] static std::vector<pid_t> zombies();
    [[nodiscard]] std::vector<Sample> samples();

    /// Something that must become true, else it is a defect.
    void expect(const std::string& what, const std::function<bool()>& question,
                std::chrono::seconds limit = std::chrono::seconds(30));

  private:
    Router& with_role(const std::string& role);

    std::string text_;
    config::Config config_;
    Expectation expectation_;
    int serial_ = 1;
};

/// A kind of fault. `strike` does it, takes it back where nothing else will, and says what it did.
struct Kind {
    std::string name;
    Cost cost;
    std::string what;  ///< for people
    std::function<std::string(World&)> strike;
};

[[nodiscard]] std::vector<Kind> process_kinds();
[[nodiscard]] std::vector<Kind> network_kinds();
[[nodiscard]] std::vector<Kind> kernel_kinds();
[[nodiscard]] std::vector<Kind> configuration_kinds();
[[nodiscard]] std::vector<Kind> resource_kinds();
[[nodiscard]] std::vector<Kind> server_kinds();

void pause(double seconds);

}  // namespace pulse::chaos
