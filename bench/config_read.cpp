// How long it takes to read an lvs.cf, and how that grows with its size.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "pulse/config/edit.h"
#include "pulse/config/read.h"
#include "pulse/config/tidy.h"

namespace {

using namespace pulse;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int servers_per_virtual = 20;

std::string file_with(int servers) {
    std::string text = "primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_active = 1\nnetwork = direct\n";
    for (int i = 0; i < servers; ++i) {
        const auto number = std::to_string(i);
        if (i % servers_per_virtual == 0)
            text += std::string(i > 0 ? "}\n" : "") + "virtual v" + number +
                    " {\n    active = 1\n    address = 10." + std::to_string(100 + i / 65536) + "." +
                    std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) +
                    " eth0:1\n    send = \"GET / HTTP/1.0\\r\\n\\r\\n\"\n";
        text += "    server s" + number + " {\n        address = 10." + std::to_string(i / 65536) + "." +
                std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) +
                "\n        active = 1\n        weight = 3\n    }\n";
    }
    return text + "}\n";
}

template <class Work>
double median_of_nine(const Work& work) {
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(Milliseconds(std::chrono::steady_clock::now() - start).count());
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

}  // namespace

int main() {
    std::printf("%10s %12s %12s %12s %12s\n", "servers", "parse ms", "read ms", "tidy ms", "set key ms");
    for (const int servers : {1'000, 10'000, 100'000}) {
        const auto text = file_with(servers);
        const auto document = config::parse(text).document;
        const auto& last =
            *config::Document::blocks(document.root(), config::BlockKind::virtual_server).back();
        const std::vector<std::string> value{"5"};
        std::printf("%10d %12.2f %12.2f %12.2f %12.2f\n", servers,
                    median_of_nine([&] { (void)config::parse(text); }),
                    median_of_nine([&] { (void)config::read(text); }),
                    median_of_nine([&] { (void)config::tidy(document); }),
                    median_of_nine([&] { (void)config::set_key(document, last, "timeout", value); }));
    }
}
