#pragma once
// Asking for memory before it is used, so that nobody waits for it. A hint: no result depends on
// it. Any thread.

#include <cstddef>

namespace tributary {

/// Asks for the cache line of an address, which need not be valid.
inline void prefetch(const void* address) {
    __builtin_prefetch(address);
    // GCC takes a function that does nothing but prefetch for one without effect and drops the
    // calls of it; a volatile statement, though empty, is an effect.
    asm volatile("");
}

/// Asks for every cache line that a value touches.
template <typename T>
inline void prefetch_value(const T& value) {
    constexpr std::size_t kLine = 64;
    const char* first = reinterpret_cast<const char*>(&value);
    for (std::size_t at = 0; at < sizeof(T); at += kLine) prefetch(first + at);
    if constexpr (sizeof(T) % kLine > 1) prefetch(first + sizeof(T) - 1);
}

}  // namespace tributary
