#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace tributary::log {

namespace {

struct Sink {
    std::shared_ptr<spdlog::logger> logger;
    Format format = Format::text;
};

Sink& sink() {
    static Sink instance = [] {
        Sink made{std::make_shared<spdlog::logger>(
                      "tributary", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
                  Format::text};
        made.logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
        made.logger->set_level(spdlog::level::warn);
        made.logger->flush_on(spdlog::level::warn);
        return made;
    }();
    return instance;
}

spdlog::level::level_enum translate(Level level) {
    switch (level) {
        case Level::trace: return spdlog::level::trace;
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
        case Level::off: return spdlog::level::off;
    }
    return spdlog::level::off;
}

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            quoted += '\\';
            quoted += letter;
        } else if (code < 0x20) {
            quoted += fmt::format("\\u{:04x}", code);
        } else {
            quoted += letter;
        }
    }
    return quoted + '"';
}

std::string text_line(std::string_view component, std::string_view sentence, Fields fields) {
    std::string line = fmt::format("{}: {}", component, sentence);
    for (const Field& field : fields) line += fmt::format(" {}={}", field.key, field.value);
    return line;
}

std::string json_line(Level level, std::string_view component, std::string_view sentence,
                      Fields fields) {
    const auto name = spdlog::level::to_string_view(translate(level));
    std::string line = fmt::format(R"({{"level":"{}","component":{},"message":{})",
                                   std::string_view(name.data(), name.size()),
                                   json_string(component), json_string(sentence));
    for (const Field& field : fields) {
        line += fmt::format(",{}:{}", json_string(field.key), json_string(field.value));
    }
    return line + '}';
}

}  // namespace

void configure(Level level, Format format) {
    Sink& target = sink();
    target.format = format;
    target.logger->set_level(translate(level));
    if (format == Format::json) target.logger->set_pattern("%v");
}

Level parse_level(std::string_view name, Level fallback) {
    if (name == "trace") return Level::trace;
    if (name == "debug") return Level::debug;
    if (name == "info") return Level::info;
    if (name == "warning") return Level::warning;
    if (name == "error") return Level::error;
    if (name == "off") return Level::off;
    return fallback;
}

void write(Level level, std::string_view component, std::string_view sentence, Fields fields) {
    Sink& target = sink();
    const auto translated = translate(level);
    if (!target.logger->should_log(translated)) return;
    target.logger->log(translated, target.format == Format::json
                                       ? json_line(level, component, sentence, fields)
                                       : text_line(component, sentence, fields));
}

}  // namespace tributary::log
