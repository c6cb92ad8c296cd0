#pragma once

namespace pulse::process {

/// What a daemon does first. Standard descriptors that are closed become /dev/null, or the next socket would
/// take their place and be written to by mistake. Signals that nobody is meant to send us are ignored, and
/// SIGHUP, whose default is to end us, waits until the loop hears it.
void begin_as_daemon();

/// From now on SIGTERM and SIGINT wait, too: there is something to be put away in an orderly stop.
void hold_stop_signals();

/// Somebody hears SIGTERM and SIGINT now, but not SIGHUP yet.
void release_stop_signals();

/// The loop hears signals now: those that have waited arrive.
void release_signals();

}  // namespace pulse::process
