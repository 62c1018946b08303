#pragma once
// Damaged copies of a valid text, for tests that readers survive anything.

#include <string>

#include "base/random.hpp"

namespace tributary::datasets::testing {

/// One to eight random edits: a byte changed, a piece removed, doubled, or cut off at the end.
inline std::string mutated(std::string text, Random& random) {
    for (std::uint64_t edits = 1 + random.below(8); edits > 0 && !text.empty(); --edits) {
        const auto at = static_cast<std::size_t>(random.below(text.size()));
        const auto length = static_cast<std::size_t>(random.below(40));
        switch (random.below(5)) {
            case 0: text[at] = static_cast<char>(random.below(256)); break;
            case 1: text.erase(at, length); break;
            case 2: text.insert(at, text.substr(at, length)); break;
            case 3: text[at] = "0,.:-#\n\" \t/9"[random.below(12)]; break;
            default: text.resize(random.chance(0.2) ? at : text.size()); break;
        }
    }
    return text;
}

inline std::string random_bytes(Random& random, std::size_t most) {
    std::string text(static_cast<std::size_t>(random.below(most)), '\0');
    for (char& letter : text) letter = static_cast<char>(random.below(256));
    return text;
}

}  // namespace tributary::datasets::testing
