#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pulse/runtime/sealed_text.h"

#include "lvsd_link.h"

namespace pulse::daemon {

/// An lvsd that answers what the test says, and notes what it was given.
class FakeLvsd : public LvsdLink {
  public:
    LvsdAnswer answer = LvsdAnswer::of(Fields().add("text", ""));
    std::vector<std::pair<Handout, std::string>> given;

    boost::asio::awaitable<LvsdAnswer> use(Handout what, runtime::UniqueFd text) override {
        given.emplace_back(what, runtime::read_sealed_text(text.get()).value_or("not readable"));
        co_return answer;
    }
    boost::asio::awaitable<LvsdAnswer> ask(std::string, Fields, Duration) override { co_return answer; }
};

}  // namespace pulse::daemon
