#pragma once
// What may be a class name: it becomes part of an object's name, a file name and a table heading.
// Pure functions; any thread.

#include <string_view>

namespace tributary::datasets {

inline constexpr std::size_t kMaxClassNameBytes = 64;

/// One to 64 letters, digits, '-', '_' and '.', starting with a letter or digit.
inline bool is_class_name(std::string_view text) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (text.empty() || text.size() > kMaxClassNameBytes || !is_word(text[0])) return false;
    for (const char c : text) {
        if (!is_word(c) && c != '-' && c != '_' && c != '.') return false;
    }
    return true;
}

}  // namespace tributary::datasets
