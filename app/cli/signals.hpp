#pragma once
// Waits for SIGINT or SIGTERM in long-running commands. Main thread only; `block_signals` must be
// called before any other thread starts, so that none of them takes the signal.

namespace tributary::app {

void block_signals();
/// Returns when SIGINT or SIGTERM arrives.
void wait_for_signal();
/// Whether one has arrived since; takes it, and does not wait.
bool signal_came();

}  // namespace tributary::app
