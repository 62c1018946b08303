#pragma once
// Strings of strangers as JSON strings: quotes, backslashes and control characters escaped, bytes
// that are no UTF-8 replaced. Pure function; any thread.
// Source: RFC 8259 §7.

#include <string>
#include <string_view>

namespace tributary::app {

/// Appends the text in quotes.
void append_json_string(std::string& line, std::string_view text);

}  // namespace tributary::app
