#include "datasets/flow/key_index.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace tributary::datasets {
namespace {

/// Against std::map, with hashes that collide on purpose.
TEST(KeyIndex, AgreesWithAMapUnderInsertionAndDeletion) {
    KeyIndex index(300);
    std::map<std::uint32_t, std::uint32_t> slots;  // slot -> hash
    Random random(3);
    for (int i = 0; i < 50'000; ++i) {
        const auto slot = static_cast<std::uint32_t>(random.below(300));
        if (slots.contains(slot)) {
            index.erase(slots[slot], slot);
            slots.erase(slot);
        } else {
            const auto hash = static_cast<std::uint32_t>(random.below(40) * 0x10000 + 1020);
            index.insert(hash, slot);
            slots[slot] = hash;
        }
        ASSERT_EQ(index.size(), slots.size());
    }

    for (std::uint32_t slot = 0; slot < 300; ++slot) {
        for (std::uint32_t low = 0; low < 40; ++low) {
            const std::uint32_t hash = low * 0x10000 + 1020;
            const auto found = index.find(hash, [&](std::uint32_t other) { return other == slot; });
            const bool expected = slots.contains(slot) && slots[slot] == hash;
            EXPECT_EQ(found == slot, expected);
        }
    }
}

}  // namespace
}  // namespace tributary::datasets
