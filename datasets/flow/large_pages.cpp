#include "datasets/flow/large_pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <new>

namespace tributary::datasets {

namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes) {
    return (bytes + kLargePage - 1) / kLargePage * kLargePage;
}

}  // namespace

void* take_large(std::size_t bytes) {
    if (bytes < kLargePage) return std::allocator<std::byte>().allocate(bytes);
    // One page more than needed, so that an aligned part can be cut out.
    const std::size_t size = rounded_up(bytes);
    void* const found = mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED) throw std::bad_alloc();
    auto* const base = static_cast<std::uint8_t*>(found);
    const std::size_t skipped =
        rounded_up(reinterpret_cast<std::uintptr_t>(base)) - reinterpret_cast<std::uintptr_t>(base);
    if (skipped > 0) munmap(base, skipped);
    if (skipped < kLargePage) munmap(base + skipped + size, kLargePage - skipped);
    madvise(base + skipped, size, MADV_HUGEPAGE);  // a wish: refused, it changes nothing
    return base + skipped;
}

void give_large(void* memory, std::size_t bytes) noexcept {
    if (bytes < kLargePage) {
        std::allocator<std::byte>().deallocate(static_cast<std::byte*>(memory), bytes);
    } else {
        munmap(memory, rounded_up(bytes));
    }
}

}  // namespace tributary::datasets
