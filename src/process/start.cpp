#include "pulse/process/start.h"

#include <csignal>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace pulse::process {

namespace {

void change_mask(int how, std::initializer_list<int> signals) {
    sigset_t set{};
    sigemptyset(&set);
    for (const int signal : signals) sigaddset(&set, signal);
    ::pthread_sigmask(how, &set, nullptr);
}

void ignore(int signal) { (void)::signal(signal, SIG_IGN); }

}  // namespace

void begin_as_daemon() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        // The lowest free descriptor is the one that was found closed.
        if (::fcntl(stream, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
    for (const int signal :
         {SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR, SIGSTKFLT, SIGXFSZ})
        ignore(signal);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) ignore(signal);
    change_mask(SIG_BLOCK, {SIGHUP});
}

void hold_stop_signals() { change_mask(SIG_BLOCK, {SIGTERM, SIGINT}); }

void release_stop_signals() { change_mask(SIG_UNBLOCK, {SIGTERM, SIGINT}); }

void release_signals() { change_mask(SIG_UNBLOCK, {SIGHUP, SIGTERM, SIGINT}); }

}  // namespace pulse::process
