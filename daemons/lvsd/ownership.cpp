#include "ownership.h"

#include <functional>
#include <optional>
#include <utility>

#include "pulse/base/text.h"
#include "pulse/log/log.h"
#include "pulse/runtime/async.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/in_a_thread.h"

namespace pulse::lvsd {

namespace asio = boost::asio;

namespace {

constexpr auto patience_with_the_disk = std::chrono::seconds(10);

/// Of this life of the machine.
std::string boot_id() {
    const auto text = runtime::read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string(trim(*text)) : std::string();
}

Result<director::Record> read_record(const std::string& state_directory) {
    const auto text = runtime::StateStore(state_directory).read(director::record_file);
    if (!text) return fail(text.error(), "what an earlier lvsd has left");
    auto record = director::record_from(text->value_or(""));
    return record.boot == boot_id() ? record : director::Record{};
}

}  // namespace

Ownership::Ownership(asio::io_context& context, std::string state_directory)
    : context_(context), store_(std::move(state_directory)), noted_{.boot = boot_id()} {}

director::Record recorded(const std::string& state_directory) {
    return read_record(state_directory).value_or(director::Record{});
}

asio::awaitable<director::Record> Ownership::recall() {
    const std::function<Result<director::Record>()> work = [directory = store_.directory()] {
        return read_record(directory);
    };
    auto record = co_await runtime::in_a_thread(patience_with_the_disk, "no answer from the disk", work);
    if (!record) log::error("{}", record.error().message());
    recalled_ = true;
    if (record) {
        noted_.services = record->services;
        noted_.marks = record->marks;
    }
    co_return record.value_or(director::Record{});
}

void Ownership::note(const std::set<ipvs::ServiceId>& services, bool marks) {
    if (!recalled_) return;  // what is to be recalled must not be overwritten
    if (noted_.services == services && noted_.marks == marks) return;
    noted_.services = services;
    noted_.marks = marks;
    ++writes_;
    runtime::spawn_logged(context_, "ownership", write());
}

asio::awaitable<void> Ownership::write() {
    const auto written = co_await store_.write(director::record_file, director::to_text(noted_));
    --writes_;
    if (!written) log::error("{}", written.error().message());
}

}  // namespace pulse::lvsd
