#pragma once
// Structured log lines on stderr: component, constant sentence, fields. Any thread.
// Never log addresses or payload of traffic above `trace`: the product's promise is privacy.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tributary::log {

enum class Level { trace, debug, info, warning, error, off };
enum class Format { text, json };

struct Field {
    Field(std::string_view key_, std::string value_) : key(key_), value(std::move(value_)) {}
    Field(std::string_view key_, std::string_view value_) : key(key_), value(value_) {}
    Field(std::string_view key_, const char* value_) : key(key_), value(value_) {}
    template <typename Number>
    requires std::is_arithmetic_v<Number> Field(std::string_view key_, Number number)
        : key(key_), value(std::to_string(number)) {}

    std::string_view key;
    std::string value;
};
using Fields = std::initializer_list<Field>;

/// Called once by a program before its first line; the default is warnings as text.
void configure(Level level, Format format);
/// "trace" ... "error", "off"; anything else is `fallback`.
Level parse_level(std::string_view name, Level fallback);

void write(Level level, std::string_view component, std::string_view sentence, Fields fields);

inline void trace(std::string_view component, std::string_view sentence, Fields fields = {}) {
    write(Level::trace, component, sentence, fields);
}
inline void debug(std::string_view component, std::string_view sentence, Fields fields = {}) {
    write(Level::debug, component, sentence, fields);
}
inline void info(std::string_view component, std::string_view sentence, Fields fields = {}) {
    write(Level::info, component, sentence, fields);
}
inline void warning(std::string_view component, std::string_view sentence, Fields fields = {}) {
    write(Level::warning, component, sentence, fields);
}
inline void error(std::string_view component, std::string_view sentence, Fields fields = {}) {
    write(Level::error, component, sentence, fields);
}

}  // namespace tributary::log
