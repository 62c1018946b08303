#pragma once
// An allocator for tables that are far larger than the processor's caches: the system is asked to
// back them with its large pages, because else most accesses first wait for the look-up of their
// page. Where it does not, the tables are as any other.
// Invariant: memory is used only as far as it is touched, in steps of a page. Stateless; any
// thread.

#include <cstddef>

namespace tributary::datasets {

/// Memory on large pages when it is at least one of them, aligned to 16 bytes.
/// @error throws std::bad_alloc, as allocators do
void* take_large(std::size_t bytes);
/// @param bytes  as taken
void give_large(void* memory, std::size_t bytes) noexcept;

template <typename T>
struct LargePages {
    using value_type = T;
    static_assert(alignof(T) <= 16);

    LargePages() = default;
    template <typename Other>
    LargePages(const LargePages<Other>& /*other*/) {}

    T* allocate(std::size_t count) { return static_cast<T*>(take_large(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t count) noexcept {
        give_large(memory, count * sizeof(T));
    }
    bool operator==(const LargePages& /*other*/) const { return true; }
};

}  // namespace tributary::datasets
