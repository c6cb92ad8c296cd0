#include "drains.h"

#include "pulse/runtime/in_a_thread.h"

namespace pulse::daemon {

namespace asio = boost::asio;

asio::awaitable<Result<director::Drains>> read_drains(runtime::StateStore& state) {
    const std::function<Result<director::Drains>()> reading = [state]() -> Result<director::Drains> {
        const auto text = state.read(director::drains_file);
        if (!text) return fail(text.error(), "");
        return *text ? director::drains_from(**text) : director::Drains{};
    };
    co_return co_await runtime::in_a_thread(std::chrono::seconds(5), "no answer from the disk", reading);
}

asio::awaitable<Result<void>> write_drains(runtime::StateStore& state, director::Drains drains) {
    co_return co_await state.write(director::drains_file, director::to_text(drains));
}

asio::awaitable<Result<void>> rename_drains(runtime::StateStore& state, const config::Config& before,
                                            const config::Config& after) {
    const auto drains = co_await read_drains(state);
    if (!drains) co_return fail(drains.error(), "");
    auto now = director::renamed(*drains, before, after);
    if (now == *drains) co_return Result<void>();
    co_return co_await write_drains(state, std::move(now));
}

}  // namespace pulse::daemon
