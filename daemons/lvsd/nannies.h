#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "pulse/director/director.h"
#include "pulse/process/channel.h"
#include "pulse/process/child.h"

namespace pulse::lvsd {

/// Runs the nannies: one process per monitor, started again when it dies, heard over its channel.
class Nannies {
  public:
    using OnReport = std::function<void(const director::MonitorKey&, const health::Report&)>;

    struct Settings {
        std::string program;  ///< our own nanny
        bool foreground = false;
        bool verbose = false;
    };

    Nannies(boost::asio::any_io_executor executor, Settings settings, OnReport on_report);

    /// Makes exactly these run: starts what is missing, ends what is not listed, replaces what is to run
    /// differently.
    void want(const std::vector<director::Monitor>& monitors);

    /// Ends all; `none_left` tells when they are gone.
    void stop() { want({}); }
    [[nodiscard]] bool none_left() const { return running_ == 0; }

  private:
    /// A running nanny and what it is heard over.
    struct Process {
        process::Child child;
        process::Channel channel;
    };

    /// One monitor over the lives of its processes.
    struct Watch {
        director::Monitor monitor;
        bool wanted = true;
        Process* process = nullptr;  ///< owned by `run` while it lives
    };

    boost::asio::awaitable<void> run(std::shared_ptr<Watch> watch);
    boost::asio::awaitable<process::Exit> live(Watch& watch, Process& process);
    [[nodiscard]] Result<Process> start(const director::Monitor& monitor) const;
    static void end(Watch& watch);

    boost::asio::any_io_executor executor_;
    Settings settings_;
    OnReport on_report_;
    std::map<director::MonitorKey, std::shared_ptr<Watch>> watches_;
    int running_ = 0;
};

}  // namespace pulse::lvsd
