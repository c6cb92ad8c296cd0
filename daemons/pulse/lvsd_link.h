#pragma once

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "pulse/base/fields.h"
#include "pulse/base/result.h"
#include "pulse/base/time.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::daemon {

/// What became of a question to lvsd. Only `done` means that it did it.
struct LvsdAnswer {
    enum class Kind { done, not_running, silent, refused };
    Kind kind = Kind::not_running;
    Fields said;      ///< when `done`
    std::string why;  ///< otherwise, what people are told: "lvsd said no: …"

    [[nodiscard]] bool done() const { return kind == Kind::done; }

    [[nodiscard]] static LvsdAnswer not_running() { return {Kind::not_running, {}, "lvsd does not run"}; }
    [[nodiscard]] static LvsdAnswer silent(std::string why) { return {Kind::silent, {}, std::move(why)}; }
    [[nodiscard]] static LvsdAnswer of(Fields said) {
        if (const auto error = said.find("error"))
            return {Kind::refused, {}, "lvsd said no: " + std::string(*error)};
        return {Kind::done, std::move(said), ""};
    }
};

/// The two things that lvsd runs with.
enum class Handout : std::size_t {
    config,  ///< the text of an lvs.cf without names, so that lvsd asks nobody
    drained  ///< director::Drains, as text
};

/// lvsd as those see it who want something of it.
class LvsdLink {
  public:
    virtual ~LvsdLink() = default;

    /// From now on lvsd runs with this sealed text: the one that runs, and every one that is started later.
    /// Waits for it to say so.
    virtual boost::asio::awaitable<LvsdAnswer> use(Handout what, runtime::UniqueFd text) = 0;

    /// Asks it something ("servers", "forgive", with what belongs to it).
    virtual boost::asio::awaitable<LvsdAnswer> ask(std::string question, Fields details, Duration limit) = 0;

  protected:
    LvsdLink() = default;
    LvsdLink(const LvsdLink&) = default;
    LvsdLink& operator=(const LvsdLink&) = default;
    LvsdLink(LvsdLink&&) = default;
    LvsdLink& operator=(LvsdLink&&) = default;
};

}  // namespace pulse::daemon
