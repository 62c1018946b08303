#include "app/cli/signals.hpp"

#include <csignal>

namespace tributary::app {

namespace {

sigset_t ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

}  // namespace

void block_signals() {
    const sigset_t signals = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void wait_for_signal() {
    const sigset_t signals = ending_signals();
    int number = 0;
    ::sigwait(&signals, &number);
}

bool signal_came() {
    const sigset_t signals = ending_signals();
    const timespec at_once{0, 0};
    return ::sigtimedwait(&signals, nullptr, &at_once) > 0;
}

}  // namespace tributary::app
