// Tells the thread sanitizer which reports are not ours. Debian's libzmq is not instrumented, so
// its lock-free pipes and mailboxes, by which our threads hand messages to its input/output
// threads, look like races; so does libsodium, which it calls there. Only reports with a frame
// inside these libraries are suppressed; a race between two places of this project is reported.

#if defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
    return "race:libzmq.so\nrace:libsodium.so\n";
}
#endif
