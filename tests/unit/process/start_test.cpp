#include "pulse/process/start.h"

#include <csignal>

#include <sys/stat.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pulse::process {
namespace {

/// Ends the child of a death test; 0 if all was well.
void end(bool well) { ::_exit(well ? 0 : 1); }

TEST(BeginAsDaemon, ClosedStandardDescriptorsBecomeDevNull) {
    const auto start = [] {
        for (int descriptor = 0; descriptor < 3; ++descriptor) ::close(descriptor);
        begin_as_daemon();
        bool well = true;
        for (int descriptor = 0; descriptor < 3; ++descriptor) {
            struct stat status{};
            well = well && ::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode);
        }
        end(well && ::open("/dev/null", O_RDONLY) > 2);
    };
    EXPECT_EXIT(start(), testing::ExitedWithCode(0), "");
}

TEST(BeginAsDaemon, SignalsThatNobodyIsMeantToSendAreIgnored) {
    const auto start = [] {
        begin_as_daemon();
        for (const int signal :
             {SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGPROF, SIGVTALRM, SIGPOLL, SIGPWR, SIGRTMIN, SIGRTMAX})
            (void)::raise(signal);
        end(true);
    };
    EXPECT_EXIT(start(), testing::ExitedWithCode(0), "");
}

int heard = 0;

TEST(BeginAsDaemon, AHangupBeforeTheLoopHearsSignalsWaitsForIt) {
    const auto start = [] {
        begin_as_daemon();
        (void)::raise(SIGHUP);
        hold_stop_signals();
        (void)::raise(SIGTERM);
        for (const int signal : {SIGHUP, SIGTERM}) (void)::signal(signal, [](int) { ++heard; });
        const int early = heard;
        release_stop_signals();
        const int stops = heard;
        release_signals();
        end(early == 0 && stops == 1 && heard == 2);
    };
    EXPECT_EXIT(start(), testing::ExitedWithCode(0), "");
}

TEST(BeginAsDaemon, ATermBeforeThereIsAnythingToPutAwayEndsIt) {
    const auto start = [] {
        begin_as_daemon();
        (void)::raise(SIGTERM);
        end(true);
    };
    EXPECT_EXIT(start(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace pulse::process
