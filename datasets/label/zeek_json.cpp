#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>

#include "datasets/corpus/text.hpp"
#include "datasets/label/zeek_line.hpp"

namespace tributary::datasets {
namespace {

/// The value as the tab-separated form would write it; empty for what no wanted field can be.
std::string zeek_text_of(const simdjson::dom::element& value) {
    if (value.is_string()) return std::string(value.get_string().value_unsafe());
    if (value.is_uint64()) return std::to_string(value.get_uint64().value_unsafe());
    if (value.is_double()) return fmt::format("{:.6f}", value.get_double().value_unsafe());
    return {};
}

/// Reads the objects of one log, line by line.
class ZeekJsonReader {
 public:
    explicit ZeekJsonReader(const std::string& name) : claims_(name), name_(name) {}

    Status take(std::string_view text, std::size_t number) {
        buffer_.assign(text);
        buffer_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
        simdjson::dom::object object;
        // Damage anywhere in the line must be known before any of it is used.
        auto parsed = parser_.parse(buffer_.data(), text.size(), false);
        if (parsed.get_object().get(object) != simdjson::SUCCESS) {
            return claims_.refuse(number, "no JSON object");
        }
        ZeekLine line;
        std::array<std::string, kZeekFields.size()> values;
        for (std::size_t i = 0; i < kZeekFields.size(); ++i) {
            simdjson::dom::element value;
            if (object.at_key(kZeekFields[i]).get(value) != simdjson::SUCCESS) continue;
            values[i] = zeek_text_of(value);
            line.at(i) = values[i];
        }
        const bool speaks = !line[ZeekField::note].empty() || !line[ZeekField::label].empty();
        if (!speaks) return {};
        has_spoken_ = true;
        return claims_.take(line, static_cast<std::uint32_t>(number));
    }

    Result<JoinedLabels> finish() && {
        if (has_spoken_) return std::move(claims_).finish();
        return fail(Errc::mismatch, name_ +
                                        " has neither a field note nor a field label. Give "
                                        "notice.log or conn.log.labeled");
    }

 private:
    ZeekClaims claims_;
    std::string name_;
    bool has_spoken_ = false;
    simdjson::dom::parser parser_;
    std::string buffer_;
};

}  // namespace

Result<JoinedLabels> parse_zeek_json(std::string_view text, const std::string& name) {
    LineReader lines(text);
    ZeekJsonReader reader(name);
    std::string_view line;
    while (lines.next(line)) {
        if (trimmed(line).empty()) continue;
        if (line.size() > kMaxZeekLineBytes) {
            return fail(Errc::limit_exceeded, name + ", line " + std::to_string(lines.line()) +
                                                  ": longer than 1 MiB. Shorten the log");
        }
        TRIBUTARY_CHECK(reader.take(line, lines.line()));
    }
    return std::move(reader).finish();
}

}  // namespace tributary::datasets
