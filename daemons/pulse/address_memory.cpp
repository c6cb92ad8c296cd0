#include "address_memory.h"

#include "pulse/base/text.h"
#include "pulse/base/time.h"
#include "pulse/failover/address_plan.h"
#include "pulse/kernel/route.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/file.h"

namespace pulse::daemon {

namespace asio = boost::asio;

namespace {

constexpr auto file_name = "addresses";

/// A line of the file that is no address.
constexpr std::string_view on_purpose = "left on purpose\n";

/// Without it, which no kernel lacks, what was written down counts for every boot.
std::string boot() {
    const auto id = runtime::read_file("/proc/sys/kernel/random/boot_id");
    return id ? std::string(trim(*id)) : std::string();
}

}  // namespace

Result<RememberedAddresses> remembered_addresses(const runtime::StateStore& store) {
    const auto text = store.read(file_name);
    if (!text) return fail(text.error(), "");
    if (!*text) return RememberedAddresses{};
    return RememberedAddresses{.record = failover::parse_record(**text, boot()),
                               .left_on_purpose = (*text)->ends_with(on_purpose)};
}

void AddressMemory::start() {
    if (!record_.empty()) keep(record_);
}

void AddressMemory::keep(failover::AddressRecord record) {
    record_ = std::move(record);
    runtime::spawn_logged(context_, "address record", write(failover::to_text(record_, boot())));
}

asio::awaitable<void> AddressMemory::end() {
    auto text = failover::to_text(record_, boot());
    if (!record_.empty()) text += on_purpose;
    co_await runtime::with_deadline(Clock::now() + std::chrono::seconds(1), store_.write(file_name, text));
}

asio::awaitable<void> AddressMemory::write(std::string text) {
    const auto written = co_await store_.write(file_name, std::move(text));
    if (!written)
        log::error("the next pulse will not know these addresses for its own: {}", written.error().message());
}

Result<void> clean_up_addresses(const runtime::StateStore& store) {
    const auto remembered = remembered_addresses(store);
    if (!remembered) return fail(remembered.error(), "");
    if (remembered->left_on_purpose) return {};
    auto route = kernel::RouteClient::open();
    if (!route) return fail(route.error(), "");
    auto links = route->links();
    if (!links) return fail(links.error(), "");
    auto present = route->addresses();
    if (!present) return fail(present.error(), "");
    const auto changes =
        failover::removal({.links = std::move(*links), .present = std::move(*present)}, remembered->record);
    Result<void> refused;
    const auto note = [&](std::size_t, const Error& error) { refused = tl::unexpected(error); };
    if (auto done = route->change_addresses(changes, note); !done) return done;
    if (!refused) return refused;
    return store.write_now(file_name, failover::to_text({}, boot()));
}

}  // namespace pulse::daemon
