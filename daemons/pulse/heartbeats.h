#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "pulse/base/result.h"
#include "pulse/failover/cluster.h"
#include "pulse/failover/status.h"
#include "pulse/heartbeat/authenticated.h"
#include "pulse/heartbeat/session.h"

namespace pulse::daemon {

/// How heartbeats are spoken: signed with these keys, or, without any, as the original does.
struct Speech {
    heartbeat::Keys keys;
    Duration deadtime{};
};

/// Heartbeat sockets as a reload sees them.
class HeartbeatLines {
  public:
    /// Sockets for other paths, bound beside those in use; dropped, they leave no trace.
    class Prepared {
      public:
        virtual ~Prepared() = default;

      protected:
        Prepared() = default;
        Prepared(const Prepared&) = default;
        Prepared& operator=(const Prepared&) = default;
        Prepared(Prepared&&) = default;
        Prepared& operator=(Prepared&&) = default;
    };

    virtual ~HeartbeatLines() = default;
    /// Binds what these paths need and the present ones do not have. What runs is not touched.
    [[nodiscard]] virtual Result<std::unique_ptr<Prepared>> prepare(
        const std::vector<failover::Path>& paths) = 0;
    /// Goes over to them, and speaks like this from now on. Cannot fail.
    virtual void use(std::unique_ptr<Prepared> prepared, const Speech& speech) = 0;

  protected:
    HeartbeatLines() = default;
    HeartbeatLines(const HeartbeatLines&) = default;
    HeartbeatLines& operator=(const HeartbeatLines&) = default;
    HeartbeatLines(HeartbeatLines&&) = default;
    HeartbeatLines& operator=(HeartbeatLines&&) = default;
};

/// The UDP side of heartbeats: one socket per path, bound to our own address of that path, whether or not the
/// machine has that address yet.
class Heartbeats : public HeartbeatLines {
  public:
    using OnHeard = std::function<void(const failover::Content& content, std::size_t path)>;

    /// Binds every path. One that cannot be bound is an error: a router that cannot be heard must not start.
    [[nodiscard]] static Result<Heartbeats> open(boost::asio::io_context& context,
                                                 const std::vector<failover::Path>& paths,
                                                 const Speech& speech);

    [[nodiscard]] Result<std::unique_ptr<Prepared>> prepare(
        const std::vector<failover::Path>& paths) override;
    void use(std::unique_ptr<Prepared> prepared, const Speech& speech) override;

    /// Starts hearing. A datagram counts only if it comes from one of the partner's addresses and is of the
    /// format that is spoken here.
    void listen(OnHeard on_heard);

    /// Sends on every path, without waiting. A path that fails is logged when it begins to fail.
    void send(const heartbeat::Report& report);

    [[nodiscard]] const std::vector<failover::Path>& paths() const { return paths_; }
    [[nodiscard]] std::vector<failover::PathCounters> counters() const;

  private:
    struct Line {
        failover::Path path;
        boost::asio::ip::udp::socket socket;
        boost::asio::ip::udp::endpoint partner;
        std::size_t number;  ///< among the paths
        failover::PathCounters counters;
        std::uint64_t refused_logged = 0;  ///< of them, that many are in the log
        TimePoint quiet_until{};
        TimePoint strangers_quiet_until{};
    };
    class Batch;

    explicit Heartbeats(boost::asio::io_context& context) : context_(&context) {}
    class Bound;
    [[nodiscard]] static Result<std::shared_ptr<Line>> bind(boost::asio::io_context& context,
                                                            const failover::Path& path);
    void speak(const Speech& speech);
    boost::asio::awaitable<void> hear(std::shared_ptr<Line> line);
    void take(Line& line, std::span<const std::uint8_t> datagram, const net::IpAddress& from);
    void take_classic(Line& line, std::span<const std::uint8_t> datagram);
    void take_signed(Line& line, std::span<const std::uint8_t> datagram, const net::IpAddress& from);
    static void log_stranger(Line& line, const net::IpAddress& from);
    static void log_refused(Line& line);

    boost::asio::io_context* context_;
    std::vector<std::shared_ptr<Line>> lines_;
    std::vector<failover::Path> paths_;
    std::optional<heartbeat::Codec> codec_;      ///< none: classic
    std::optional<heartbeat::Session> session_;  ///< lives as long as this process
    OnHeard on_heard_;
};

}  // namespace pulse::daemon
