#include "datasets/feature/window_table.hpp"

#include <utility>

#include "base/assert.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kFirstSlots = 1024;  // a power of two, as every later size

std::uint64_t stored(std::uint64_t key) {
    return key == 0 ? 1 : key;
}

}  // namespace

WindowTable::WindowTable() : slots_(kFirstSlots) {}

std::size_t WindowTable::find(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t index = static_cast<std::size_t>(key) & mask;
    while (slots_[index].key != key && slots_[index].key != 0) index = (index + 1) & mask;
    return index;
}

WindowCounts& WindowTable::at(std::uint64_t key) {
    key = stored(key);
    std::size_t index = find(key);
    if (slots_[index].key == 0) {
        if ((used_ + 1) * 10 > slots_.size() * 7) {
            grow();
            index = find(key);
        }
        slots_[index].key = key;
        ++used_;
    }
    return slots_[index].counts;
}

void WindowTable::erase(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = find(stored(key));
    TRIBUTARY_ASSERT(slots_[hole].key != 0);
    // Moves later keys of the same run into the hole, so that no mark of deletion is needed.
    for (std::size_t next = (hole + 1) & mask; slots_[next].key != 0; next = (next + 1) & mask) {
        const std::size_t home = static_cast<std::size_t>(slots_[next].key) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        slots_[hole] = slots_[next];
        hole = next;
    }
    slots_[hole] = Slot{};
    --used_;
}

void WindowTable::grow() {
    std::vector<Slot, LargePages<Slot>> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.key != 0) slots_[find(slot.key)] = slot;
    }
}

}  // namespace tributary::datasets
