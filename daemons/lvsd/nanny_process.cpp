#include "nanny_process.h"

#include <utility>

#include "pulse/process/channel.h"

namespace pulse::lvsd {

namespace {

class RealNanny : public NannyProcess {
  public:
    RealNanny(process::Child child, process::Channel channel)
        : child_(std::move(child)), channel_(std::move(channel)) {}

    [[nodiscard]] pid_t pid() const override { return child_.pid(); }
    void kill(int signal) override { child_.kill(signal); }
    boost::asio::awaitable<process::Exit> wait() override { return child_.wait(); }
    [[nodiscard]] Result<void> send(const Fields& message) override { return channel_.send(message); }
    boost::asio::awaitable<bool> has_room() override { return channel_.has_room(); }
    boost::asio::awaitable<std::optional<Fields>> receive() override { return channel_.receive(); }
    void close() override { channel_.close(); }

  private:
    process::Child child_;
    process::Channel channel_;
};

}  // namespace

SpawnNanny spawn_nannies(boost::asio::any_io_executor executor) {
    return [executor =
                std::move(executor)](process::SpawnRequest request) -> Result<std::unique_ptr<NannyProcess>> {
        auto ends = process::make_channel_pair();
        if (!ends) return fail(ends.error(), "");
        request.channel = ends->second.get();
        auto child = process::Child::spawn(executor, request);
        if (!child) return fail(child.error(), "");
        return std::make_unique<RealNanny>(std::move(*child),
                                           process::Channel(executor, std::move(ends->first)));
    };
}

}  // namespace pulse::lvsd
