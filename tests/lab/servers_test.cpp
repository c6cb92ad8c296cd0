// nanny against the servers that it is for: well, frozen, gone, and with certificates of every kind.

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks.h"
#include "shell.h"

namespace pulse::lab {
namespace {

using std::chrono::seconds;
using std::string_literals::operator""s;

/// A server in a directory of its own, on loopback.
struct Server {
    std::string name;
    std::string prepare;  ///< what is to be done before it can start
    std::string command;
    std::uint16_t port;
    std::string check;
};

const std::vector<Server>& servers() {
    static const std::vector<Server> all{
        {"nginx", "", "nginx -e stderr -c /run/nginx.conf -g 'daemon off;'", 8080,
         "http --check_body='all is well'"},
        {"redis", "", "redis-server --port 6379 --bind 127.0.0.1 --save '' --dir /run", 6379, "redis"},
        {"dnsmasq", "",
         "dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --pid-file= --no-resolv --no-hosts "
         "--bind-interfaces --listen-address=127.0.0.1 --port=5353 --address=/www.example.org/192.0.2.10",
         5353, "dns --check_name=www.example.org --check_answer=192.0.2.10"},
        {"smtpd",
         R"(mkdir -p /run/mail
            printf 'listen on 127.0.0.1 port 2525\naction "keep" maildir "/run/mail"\nmatch for local action "keep"\n' > /run/smtpd.conf)",
         "smtpd -d -f /run/smtpd.conf", 2525, "smtp"},
        {"mariadbd",
         R"(mkdir /run/mariadb && cd /usr/share/mysql &&
            { printf 'create database mysql;\nuse mysql;\n'
              cat mysql_system_tables.sql mysql_performance_tables.sql mysql_system_tables_data.sql; } |
            mariadbd $(small) --user=root --datadir=/run/mariadb --bootstrap)",
         "mariadbd $(small) --user=root --datadir=/run/mariadb --socket=/run/mariadb/socket --port=3306 "
         "--bind-address=127.0.0.1 --skip-name-resolve",
         3306, "mysql"},
        {"postgres",
         R"(mkdir /run/postgres && chown nobody /run/postgres && cd /run/postgres &&
            setpriv --reuid=nobody --regid=nogroup --clear-groups $(pg_bin)/initdb -D data -A scram-sha-256 -U admin --pwfile=/etc/hostname --no-sync)",
         "setpriv --reuid=nobody --regid=nogroup --clear-groups $(pg_bin)/postgres -D /run/postgres/data -k "
         "/run/postgres -h 127.0.0.1 -p 5432",
         5432, "postgresql"},
    };
    return all;
}

/// Where the newest PostgreSQL has its programs, and a MariaDB that fits into a guest.
constexpr const char* shell_words =
    "pg_bin() { ls -d /usr/lib/postgresql/*/bin | tail -n 1; }\n"
    "small() { echo --no-defaults --innodb-buffer-pool-size=16M --loose-innodb-buffer-pool-size-max=64M "
    "--innodb-use-native-aio=0; }\n";

/// An authority of our own and what it signs: good, ended, for another name; and one that nobody signed.
constexpr const char* certificates = R"(set -e
mkdir -p /run/tls && cd /run/tls
key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
openssl req -x509 $key -keyout ca.key -out ca.pem -subj '/CN=our authority' -days 365
sign() { # NAME HOST DAYS
    openssl req $key -keyout $1.key -out $1.csr -subj "/CN=$2"
    printf "subjectAltName=DNS:$2,IP:127.0.0.1" > $1.ext
    openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $3 -extfile $1.ext -out $1.pem
}
sign good www.example.org 365
sign soon www.example.org 5
sign ended www.example.org -1
sign other ftp.example.org 365
openssl req -x509 $key -keyout self.key -out self.pem -subj '/CN=www.example.org' -addext 'subjectAltName=DNS:www.example.org' -days 365
chmod 755 /run/tls && chmod 644 *.pem
{   echo 'pid /run/nginx.pid; events {} http { access_log off; client_body_temp_path /run/body; proxy_temp_path /run/proxy;'
    echo 'fastcgi_temp_path /run/fastcgi; uwsgi_temp_path /run/uwsgi; scgi_temp_path /run/scgi;'
    echo 'server { listen 127.0.0.1:8080; location / { return 200 "all is well"; } location /broken { return 500; } }'
    port=8441
    for name in good soon ended other self; do
        echo "server { listen 127.0.0.1:$port ssl; ssl_certificate /run/tls/$name.pem; ssl_certificate_key /run/tls/$name.key;"
        echo ' location / { return 200 "all is well"; } }'
        port=$((port + 1))
    done
    echo '}'
} > /run/nginx.conf)";

class RealServers : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        ASSERT_EQ(run("ip link set lo up && sysctl -qw net.ipv4.ping_group_range='0 2147483647'").status, 0);
        const auto made = run(certificates);
        ASSERT_EQ(made.status, 0) << made.text;
        for (const auto& server : servers()) start(server);
        for (const auto& server : servers())
            EXPECT_TRUE(within(seconds(90), [&] { return check(server.check, server.port).empty(); }))
                << server.name << ": " << check(server.check, server.port) << "\n"
                << run("tail -n 20 /run/" + server.name + ".log").text;
    }
    static void TearDownTestSuite() {
        for (const auto& [name, pid] : pids_) (void)run("kill -CONT -" + pid + "; kill -9 -" + pid);
    }

    static void start(const Server& server) {
        const auto log = "/run/" + server.name + ".log";
        if (!server.prepare.empty()) {
            const auto prepared = run(shell_words + ("( " + server.prepare + " ) > " + log + " 2>&1"));
            ASSERT_EQ(prepared.status, 0) << run("tail -n 20 " + log).text;
        }
        auto pid =
            run(shell_words + ("setsid " + server.command + " >> " + log + " 2>&1 < /dev/null & echo $!"))
                .text;
        while (pid.ends_with('\n')) pid.pop_back();
        pids_[server.name] = pid;
    }

    static inline std::map<std::string, std::string> pids_;
};

TEST_F(RealServers, EachIsFoundWell) {
    for (const auto& server : servers()) EXPECT_EQ(check(server.check, server.port), "") << server.name;
    EXPECT_EQ(check("tcp", 6379), "");
    EXPECT_EQ(check("icmp", 1), "");
    EXPECT_EQ(check("icmp", 1, "::1"), "");
    EXPECT_EQ(check("tcp --send_string='PING\\r\\n' --expect_string=+PONG", 6379), "");
    EXPECT_EQ(check("classic --expect_string='220 .*SMTP' --regex", 2525), "");
    EXPECT_EQ(check("program --send_program=/bin/true", 1), "");
    const std::string query = R"(\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03org\0\0\x01\0\x01)";
    EXPECT_EQ(check("udp --expect_string='\\x12\\x34' --send_string='" + query + "'", 5353), "");
}

TEST_F(RealServers, AWebServerIsHeldToItsStatusAndBody) {
    EXPECT_EQ(check("http --check_path=/broken", 8080), "HTTP status 500");
    EXPECT_EQ(check("http --check_path=/broken --check_status=500", 8080), "");
    EXPECT_EQ(check("http --check_method=HEAD", 8080), "");
    EXPECT_EQ(check("http --check_body='^all .* well$' --regex", 8080), "");
    EXPECT_EQ(check("http --check_body=maintenance", 8080), "HTTP body differs");
}

TEST_F(RealServers, ANameServerIsHeldToItsAnswer) {
    EXPECT_EQ(check("dns --check_name=www.example.org --check_answer=192.0.2.11", 5353),
              "name server answers otherwise: 192.0.2.10");
    EXPECT_EQ(check("dns --check_name=elsewhere.example", 5353), "name server says: REFUSED");
    EXPECT_EQ(check("dns --check_name=elsewhere.example --check_answer=REFUSED", 5353), "");
}

TEST_F(RealServers, ADatabaseIsNotAnnoyedByAHundredChecks) {
    // MariaDB blocks an address after 100 logins that were broken off (max_connect_errors).
    EXPECT_EQ(
        run("for i in $(seq 110); do nanny --lvs --once -h 127.0.0.1 -p 3306 --check=mysql || exit; done")
            .status,
        0);
    EXPECT_EQ(check("mysql", 3306), "");
}

TEST_F(RealServers, CertificatesMustBeGood) {
    const std::string ours = " --ca_file=/run/tls/ca.pem --check_host=www.example.org";
    for (const std::string kind : {"https", "tls"}) {
        EXPECT_EQ(check(kind + ours, 8441), "");
        EXPECT_EQ(check(kind + " --ca_file=/run/tls/ca.pem", 8441), "") << "by its address";
        EXPECT_EQ(check(kind + ours, 8442), "") << "it ends soon, but not yet";
        for (const int port : {8443, 8444, 8445})
            EXPECT_EQ(check(kind + " --check_verify=0", static_cast<std::uint16_t>(port)), "") << port;
    }
    const auto documented = documented_reasons();
    const auto row = [&](const std::string& kind, const std::string& what, const std::string& said) {
        const auto found = documented.find({kind, "certificate " + what});
        ASSERT_NE(found, documented.end()) << kind << " " << what;
        auto reason = found->second;
        const bool open = reason.ends_with("...");
        if (open) reason.resize(reason.size() - 3);
        EXPECT_EQ(open ? said.substr(0, reason.size()) : said, reason);
    };
    std::size_t rows = 0;
    for (const std::string kind : {"https", "tls"}) {
        row(kind, "has ended", check(kind + ours, 8443));
        row(kind, "for another name", check(kind + ours, 8444));
        row(kind, "not of a trusted authority", check(kind + " --check_host=www.example.org", 8441));
        row(kind, "signed by itself", check(kind + ours, 8445));
        row(kind, "authorities cannot be read", check(kind + " --ca_file=/run/nothing", 8441));
        rows += 5;
    }
    for (const auto& each : documented)
        if (each.first.second.starts_with("certificate")) --rows;
    EXPECT_EQ(rows, 0U) << "a row of docs/checks.md is not tested";
}

TEST_F(RealServers, ACertificateThatEndsSoonIsNoted) {
    const auto once = [](const std::string& more) {
        return run(
            "nanny-tls --lvs --once -h 127.0.0.1 -p 8442 --check=https --ca_file=/run/tls/ca.pem "
            "--check_host=www.example.org" +
            more);
    };
    EXPECT_THAT(once("").text, testing::HasSubstr("note: the certificate ends on "));
    EXPECT_EQ(once("").status, 0);
    EXPECT_THAT(once(" --check_cert_warn=3").text, testing::Not(testing::HasSubstr("note:")));
}

TEST_F(RealServers, OnceTellsWhatACheckDid) {
    const auto told = run("nanny --lvs --once --verbose -h 127.0.0.1 -p 6379 --check=redis");
    EXPECT_EQ(told.status, 0);
    EXPECT_THAT(told.text,
                testing::ContainsRegex("connecting: tcp to 127.0.0.1:6379\n.*connected\n.*sending 6 bytes"));
    EXPECT_THAT(told.text, testing::HasSubstr(R"(received 7 bytes: "+PONG\r\n")"));
    EXPECT_EQ(run("nanny --lvs --once -h 127.0.0.1 -p 1 --check=redis").status, 1);
}

TEST_F(RealServers, WithoutTlsNannySaysWhoHasIt) {
    const auto said = run("nanny --lvs --once -h 127.0.0.1 -p 8441 --check=https");
    EXPECT_EQ(said.status, 1);
    EXPECT_THAT(said.text, testing::HasSubstr("only nanny-tls can check this"));
}

/// lvsd alone, with what it says and the table it makes.
class LoneLvsd {
  public:
    explicit LoneLvsd(const std::string& file) {
        (void)run("ip addr add 10.0.0.1/24 dev lo");
        std::ofstream("/run/lvs.cf") << "primary = 10.0.0.1\n" << file;
        pid_ = run("lvsd --nodaemon -c /run/lvs.cf > /run/lvsd.log 2>&1 < /dev/null & echo $!").text;
        while (pid_.ends_with('\n')) pid_.pop_back();
    }
    ~LoneLvsd() {
        EXPECT_EQ(run("kill -TERM " + pid_).status, 0);
        EXPECT_TRUE(within(seconds(20), [&] { return table().find("127.0.0.1") == std::string::npos; }));
    }
    LoneLvsd(const LoneLvsd&) = delete;
    LoneLvsd& operator=(const LoneLvsd&) = delete;
    LoneLvsd(LoneLvsd&&) = delete;
    LoneLvsd& operator=(LoneLvsd&&) = delete;

    [[nodiscard]] static std::string table() { return run("ipvsadm -Ln").text; }
    [[nodiscard]] static std::string log() { return run("cat /run/lvsd.log").text; }
    /// How many services have the server at that port.
    [[nodiscard]] static long services_with(int port) {
        const auto wanted = "-> 127.0.0.1:" + std::to_string(port) + " ";
        const auto all = table();
        long count = 0;
        for (auto at = all.find(wanted); at != std::string::npos; at = all.find(wanted, at + 1)) ++count;
        return count;
    }
    /// Its children that run this program, as text.
    [[nodiscard]] std::string children(const std::string& program) const {
        return run("pgrep -x -P " + pid_ + " " + program).text;
    }

  private:
    std::string pid_;
};

std::string https_service(const std::string& name, int port, const std::string& check,
                          const std::vector<int>& ports) {
    auto text = "virtual " + name + " {\nactive = 1\naddress = 10.0.0.10 lo\nport = " + std::to_string(port) +
                "\ncheck = " + check +
                "\nca_file = /run/tls/ca.pem\ncheck_host = www.example.org\ntimeout = 2\nrise = 1\n";
    for (const int server : ports)
        text += "server s" + std::to_string(server) +
                " {\naddress = 127.0.0.1\nactive = 1\nport = " + std::to_string(server) +
                (server == 8080 ? "\ncheck = http" : "") + "\n}\n";
    return text + "}\n";
}

TEST_F(RealServers, LvsdStartsNannyTlsWhereItIsNeeded) {
    const LoneLvsd lvsd(https_service("web", 443, "https", {8441, 8443, 8080}));
    EXPECT_TRUE(
        within(seconds(20),
               [&] { return LoneLvsd::services_with(8441) == 1 && LoneLvsd::services_with(8080) == 1; }))
        << LoneLvsd::table() << LoneLvsd::log();
    EXPECT_TRUE(within(seconds(20), [] {
        return LoneLvsd::log().find("certificate expired: ") != std::string::npos;
    })) << LoneLvsd::log();
    EXPECT_EQ(LoneLvsd::services_with(8443), 0);
}

TEST_F(RealServers, OneNannyTlsCarriesManyChecksAndItsHeirAllOfThem) {
    const std::vector<int> ports{8441, 8442, 8443, 8444,
                                 8445};  // good, ends soon, ended, other name, self-signed
    const LoneLvsd lvsd("checks_per_nanny = 20\n" + https_service("web", 443, "https", ports) +
                        https_service("mail", 993, "tls", ports));
    const auto right = [](long good) {
        return within(seconds(30), [&] {
            return LoneLvsd::services_with(8441) == good && LoneLvsd::services_with(8442) == good;
        });
    };
    const auto none_that_is_bad = [] {
        for (const int port : {8443, 8444, 8445})
            EXPECT_EQ(LoneLvsd::services_with(port), 0) << port << "\n" << LoneLvsd::log();
    };
    EXPECT_TRUE(right(2)) << LoneLvsd::table() << LoneLvsd::log();
    for (const auto& [port, reason] : {std::pair(8443, "certificate expired: "),
                                       std::pair(8444, "certificate is not for the name: www.example.org"),
                                       std::pair(8445, "certificate not trusted: self-signed certificate")}) {
        const auto line = "real server 127.0.0.1:" + std::to_string(port) + " unknown -> down (" + reason;
        EXPECT_TRUE(within(seconds(20), [&] { return LoneLvsd::log().find(line) != std::string::npos; }))
            << line << "\n"
            << LoneLvsd::log();
    }
    none_that_is_bad();
    const auto process = lvsd.children("nanny-tls");
    EXPECT_EQ(std::count(process.begin(), process.end(), '\n'), 1) << process;

    ASSERT_EQ(run("kill -9 " + process).status, 0);
    EXPECT_TRUE(within(seconds(20), [&] {
        const auto heir = lvsd.children("nanny-tls");
        return !heir.empty() && heir != process;
    }));
    EXPECT_TRUE(right(2));
    // It has all the checks: each good server leaves when the web server dies, and comes back with it.
    const auto& nginx = servers().front();
    ASSERT_EQ(run("kill -9 -" + pids_[nginx.name]).status, 0);
    EXPECT_TRUE(right(0)) << LoneLvsd::table() << LoneLvsd::log();
    start(nginx);
    EXPECT_TRUE(right(2)) << LoneLvsd::table() << LoneLvsd::log();
    none_that_is_bad();
}

// Last: none of them is well afterwards.
TEST_F(RealServers, FrozenTheyTimeOutAndGoneTheyRefuse) {
    for (const auto& server : servers()) {
        SCOPED_TRACE(server.name);
        const auto& pid = pids_[server.name];
        ASSERT_EQ(run("kill -STOP -" + pid).status, 0);
        EXPECT_EQ(check(server.check, server.port), "read timed out");
        ASSERT_EQ(run("kill -CONT -" + pid + "; kill -9 -" + pid).status, 0);
        EXPECT_TRUE(within(seconds(10), [&] {
            return check(server.check, server.port) == "connect refused";
        })) << check(server.check, server.port);
    }
}

}  // namespace
}  // namespace pulse::lab
