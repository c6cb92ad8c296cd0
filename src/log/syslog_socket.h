#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pulse::log {

/// syslog(3) that never waits: what the syslog daemon has no room for is lost and counted, and the next line
/// that gets through is preceded by one that says how many were.
class SyslogSocket {
  public:
    SyslogSocket(std::string path, std::string ident);
    SyslogSocket(const SyslogSocket&) = delete;
    SyslogSocket& operator=(const SyslogSocket&) = delete;
    SyslogSocket(SyslogSocket&&) = delete;
    SyslogSocket& operator=(SyslogSocket&&) = delete;
    ~SyslogSocket();

    /// `priority` as syslog(3) takes it, without a facility.
    void write(int priority, std::string_view text);

  private:
    void connect();
    [[nodiscard]] bool send(int priority, std::string_view text);

    std::string path_;
    std::string ident_;
    int socket_ = -1;
    std::size_t lost_ = 0;
};

}  // namespace pulse::log
