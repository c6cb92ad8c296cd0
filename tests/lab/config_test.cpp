// lvs.cf on a machine in trouble: a full disk, a name service that does not answer.

#include <chrono>
#include <fstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pulse/runtime/file.h"
#include "pulse/runtime/unique_fd.h"

#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

std::string content(const std::string& path) { return runtime::read_file(path).value_or("(gone)"); }

TEST(ConfigOnAFullDisk, IsTheOldFileOrTheNewOneHoweverMuchIsFree) {
    std::string text = "keepalive = 1\n";
    for (int i = 0; i < 400; ++i)
        text += "# a comment that takes room, so that the file is several pages long\n";
    ASSERT_EQ(run("mkdir -p /run/disk && mount -t tmpfs -o size=128k none /run/disk").status, 0);
    std::ofstream("/run/disk/lvs.cf", std::ios::binary) << text;
    auto changed = text;
    changed.replace(0, 13, "keepalive = 7");

    int refused = 0;
    int saved = 0;
    for (int free_kib = 0; free_kib <= 64; free_kib += 4) {
        SCOPED_TRACE(free_kib);
        ASSERT_EQ(run("cd /run/disk && rm -f filler lvs.cf.bak && head -c " +
                      std::to_string((128 - 28 - free_kib) * 1024) + " /dev/zero > filler")
                      .status,
                  0);
        const auto before = content("/run/disk/lvs.cf");
        const auto said =
            run("pulsectl set -f /run/disk/lvs.cf keepalive " + std::string(before == text ? "7" : "1"));
        const auto after = content("/run/disk/lvs.cf");
        if (said.status == 0) {
            ++saved;
            EXPECT_EQ(after, before == text ? changed : text);
            EXPECT_EQ(content("/run/disk/lvs.cf.bak"), before);
        } else {
            ++refused;
            EXPECT_EQ(after, before);
            EXPECT_THAT(said.text, HasSubstr("No space left on device"));
        }
        EXPECT_EQ(run("ls -A /run/disk | grep -vx 'lvs.cf\\|lvs.cf.bak\\|filler'").text, "");
    }
    EXPECT_GT(refused, 2);
    EXPECT_GT(saved, 2);
    EXPECT_EQ(run("umount /run/disk").status, 0);
}

TEST(ConfigWherePingsAreForbidden, IsWarnedOf) {
    std::ofstream("/run/ping.cf")
        << "primary = 10.0.0.1\nvirtual web {\nactive = 1\naddress = 10.0.0.10 eth0:1\n"
           "check = icmp\nserver one {\naddress = 10.0.1.11\nactive = 1\n}\n}\n";
    // What a machine lacks is looked for where it is one of the routers.
    ASSERT_EQ(run("ip addr add 10.0.0.1/32 dev lo").status, 0);
    const auto* range = "/proc/sys/net/ipv4/ping_group_range";
    const auto before = content(range);
    ASSERT_EQ(run(std::string("echo '1 0' > ") + range).status, 0);
    EXPECT_THAT(run("pulse --check -c /run/ping.cf").text,
                HasSubstr("net.ipv4.ping_group_range leaves out group"));
    ASSERT_EQ(run(std::string("echo '0 2147483647' > ") + range).status, 0);
    EXPECT_THAT(run("pulse --check -c /run/ping.cf").text, testing::Not(HasSubstr("ping_group_range")));
    std::ofstream(range) << before;
    EXPECT_EQ(run("ip addr del 10.0.0.1/32 dev lo").status, 0);
}

TEST(ConfigWithASilentNameService, IsRefusedInTimeAndSaysWhy) {
    // A name server that hears every question and answers none.
    const runtime::UniqueFd server(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(run("ip link set lo up").status, 0);
    ASSERT_EQ(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(run("rm -f /etc/resolv.conf && echo nameserver 127.0.0.1 > /etc/resolv.conf && "
                  "echo hosts: files dns > /etc/nsswitch.conf")
                  .status,
              0);
    std::string text = "primary = one.example\nbackup = two.example\n";
    for (int i = 0; i < 50; ++i)
        text +=
            "virtual v" + std::to_string(i) + " {\naddress = n" + std::to_string(i) + ".example eth0:1\n}\n";
    std::ofstream("/run/names.cf", std::ios::binary) << text;

    const auto start = steady_clock::now();
    const auto said = run("pulse --check -c /run/names.cf");
    EXPECT_LT(steady_clock::now() - start,
              std::chrono::seconds(30));  // 10 s by the clock of a guest that may crawl
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.text, HasSubstr("/run/names.cf:1:11: error: invalid argument: \"one.example\""));
    EXPECT_THAT(said.text, HasSubstr("no answer from the name service within 5 s"));
    EXPECT_THAT(said.text, HasSubstr("not asked"));
    EXPECT_THAT(said.text, HasSubstr("52 errors"));
}

}  // namespace
}  // namespace pulse::lab
