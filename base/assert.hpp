#pragma once
// TRIBUTARY_ASSERT states an invariant of the program itself. It is on in every build and aborts;
// it never judges input from network, file or user (those return an Error).

namespace tributary {

/// Prints the broken invariant to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace tributary

#define TRIBUTARY_ASSERT(expression) \
    (static_cast<bool>(expression)   \
         ? static_cast<void>(0)      \
         : ::tributary::assertion_failed(#expression, __FILE__, __LINE__))
