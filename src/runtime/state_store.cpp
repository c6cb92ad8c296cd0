#include "pulse/runtime/state_store.h"

#include <cerrno>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "pulse/runtime/delivery.h"
#include "pulse/runtime/file.h"
#include "pulse/runtime/thread.h"
#include "pulse/runtime/unique_fd.h"

namespace pulse::runtime {

namespace {

/// A disk that takes longer is as good as none for whoever waits for an answer.
constexpr auto default_patience = std::chrono::seconds(5);

using Written = Delivery<Result<void>>;

Result<void> make_directory(const std::string& path) {
    std::error_code ignored;  // what is missing shows when the directory itself is made
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    if (::mkdir(path.c_str(), 0700) == 0) {
        // The umask may have taken rights away.
        if (::chmod(path.c_str(), 0700) == 0) return {};
    } else if (errno == EEXIST) {
        return {};
    }
    return fail_errno("cannot make " + path, errno);
}

Result<void> write_all(int file, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        const auto written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno("cannot write " + path, errno);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// A new file of that name, on the disk when this returns.
Result<void> create(int directory, const std::string& name, std::string_view content,
                    const std::string& path) {
    (void)::unlinkat(directory, name.c_str(), 0);  // what a crash left
    UniqueFd file(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0) return fail_errno("cannot write " + path, errno);
    if (auto written = write_all(file.get(), content, path); !written) return written;
    // A full disk or quota may be noticed as late as here.
    if (::fsync(file.get()) != 0 || ::close(file.release()) != 0)
        return fail_errno("cannot write " + path, errno);
    return {};
}

Result<void> put_in_place(const std::string& directory_path, const std::string& name,
                          const std::string& content) {
    const auto path = directory_path + "/" + name;
    if (auto made = make_directory(directory_path); !made) return made;
    const UniqueFd directory(::open(directory_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return fail_errno("cannot open " + directory_path, errno);
    const auto fresh = "." + name + ".new";
    auto done = create(directory.get(), fresh, content, path);
    if (done && ::renameat(directory.get(), fresh.c_str(), directory.get(), name.c_str()) != 0)
        done = fail_errno("cannot replace " + path, errno);
    if (!done) (void)::unlinkat(directory.get(), fresh.c_str(), 0);
    // Some file systems cannot sync a directory; then a power failure may bring the old version back.
    if (done) (void)::fsync(directory.get());
    return done;
}

std::string not_taken(const std::string& directory, const std::string& name) {
    return "the disk has not taken " + directory + "/" + name;
}

}  // namespace

/// What is to be written, shared with the thread that writes. There is a thread only while there is work.
struct StateStore::Queue {
    struct Item {
        std::string name;
        std::string content;
        std::vector<std::shared_ptr<Written>> waiting;
    };

    std::string directory;
    Put put;
    std::mutex mutex;
    std::deque<Item> items;
    bool has_thread = false;

    /// True if a thread must be started for it.
    [[nodiscard]] bool add(std::string name, std::string content, std::shared_ptr<Written> written) {
        const std::lock_guard lock(mutex);
        for (auto& item : items)
            if (item.name == name) {
                item.content = std::move(content);
                item.waiting.push_back(std::move(written));
                return false;
            }
        items.push_back(
            {.name = std::move(name), .content = std::move(content), .waiting = {std::move(written)}});
        return !std::exchange(has_thread, true);
    }

    [[nodiscard]] std::optional<Item> next() {
        const std::lock_guard lock(mutex);
        has_thread = !items.empty();
        if (!has_thread) return std::nullopt;
        auto item = std::move(items.front());
        items.pop_front();
        return item;
    }

    void work() {
        while (const auto item = next()) {
            const auto done = put(directory, item->name, item->content);
            for (const auto& written : item->waiting) written->bring(done);
        }
    }

    void give_up(const Error& reason) {
        while (const auto item = next())
            for (const auto& written : item->waiting) written->bring(tl::unexpected(reason));
    }
};

StateStore::StateStore(std::string directory)
    : StateStore(std::move(directory), default_patience, put_in_place) {}

StateStore::StateStore(std::string directory, Duration patience, Put put)
    : directory_(directory), patience_(patience), queue_(std::make_shared<Queue>()) {
    queue_->directory = std::move(directory);
    queue_->put = std::move(put);
}

boost::asio::awaitable<Result<void>> StateStore::write(std::string name, std::string content) {
    const auto complaint = not_taken(directory_, name);
    const auto limit = patience_;
    const auto written = std::make_shared<Written>();
    if (queue_->add(std::move(name), std::move(content), written)) {
        const auto started = start_thread([queue = queue_] { queue->work(); });
        if (!started) queue_->give_up(started.error());
    }
    auto done = co_await Written::take(written, Clock::now() + limit);
    if (!done) co_return tl::unexpected(not_in_time(complaint, limit));
    co_return std::move(*done);
}

Result<void> StateStore::write_now(const std::string& name, const std::string& content) const {
    const std::function<Result<void>()> work = [put = queue_->put, directory = directory_, name, content] {
        return put(directory, name, content);
    };
    return within(patience_, not_taken(directory_, name), work);
}

Result<std::optional<std::string>> StateStore::read(const std::string& name) const {
    auto content = read_file(directory_ + "/" + name);
    if (content) return std::optional(std::move(*content));
    if (content.error().code == std::errc::no_such_file_or_directory) return std::optional<std::string>();
    return tl::unexpected(std::move(content).error());
}

}  // namespace pulse::runtime
