#include "app/cli/json_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace tributary::app {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Bytes of the UTF-8 character that starts here; 0 when none does.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const std::uint8_t first = byte_at(text, at);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte_at(text, at + i) & 0xc0) != 0x80) return 0;
    }
    // Longer forms than needed, halves of surrogate pairs, and what lies beyond Unicode.
    const std::uint8_t second = byte_at(text, at + 1);
    const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                          (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return is_wrong ? 0 : size;
}

}  // namespace

void append_json_string(std::string& line, std::string_view text) {
    line += '"';
    for (std::size_t at = 0; at < text.size();) {
        const char letter = text[at];
        const std::size_t size = character_bytes(text, at);
        if (size == 0) {
            line += "\xef\xbf\xbd";  // U+FFFD, the replacement character
        } else if (letter == '"' || letter == '\\') {
            line += '\\';
            line += letter;
        } else if (byte_at(text, at) < 0x20) {
            fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte_at(text, at));
        } else {
            line += text.substr(at, size);
        }
        at += size == 0 ? 1 : size;
    }
    line += '"';
}

}  // namespace tributary::app
