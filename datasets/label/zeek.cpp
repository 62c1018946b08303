#include "datasets/label/zeek.hpp"

#include <map>
#include <vector>

#include "datasets/corpus/text.hpp"
#include "datasets/label/zeek_line.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxZeekBytes = std::size_t{4} << 30;
constexpr std::string_view kUnset = "-";

/// Fields of a line: between tabs. The labelled logs part their last ones by spaces.
std::vector<std::string_view> split_fields(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t start = 0; start <= line.size();) {
        std::size_t end = std::min(line.find('\t', start), line.size());
        std::string_view field = line.substr(start, end - start);
        for (std::size_t gap = field.find("   "); gap != std::string_view::npos;
             gap = field.find("   ")) {
            fields.push_back(trimmed(field.substr(0, gap)));
            field = trimmed(field.substr(gap));
        }
        fields.push_back(trimmed(field));
        start = end + 1;
    }
    return fields;
}

/// Reads the lines of one log in the tab-separated form.
class ZeekReader {
 public:
    explicit ZeekReader(const std::string& name) : claims_(name), name_(name) {}

    Status take(std::string_view text, std::size_t number) {
        constexpr std::string_view kFields = "#fields";
        if (text.starts_with(kFields)) return take_names(text.substr(kFields.size()));
        if (text.starts_with('#') || trimmed(text).empty()) return {};
        if (places_.empty()) return claims_.refuse(number, "stands before the line #fields");
        const std::vector<std::string_view> fields = split_fields(text);
        ZeekLine line;
        for (std::size_t i = 0; i < kZeekFields.size(); ++i) {
            const auto place = places_.find(kZeekFields[i]);
            if (place == places_.end() || place->second >= fields.size()) continue;
            const std::string_view value = fields[place->second];
            if (value != kUnset && value != "(empty)") line.at(i) = value;
        }
        return claims_.take(line, static_cast<std::uint32_t>(number));
    }

    Result<JoinedLabels> finish() && {
        if (!places_.empty()) return std::move(claims_).finish();
        return fail(Errc::mismatch, name_ + " has no line #fields. Give a log of Zeek");
    }

 private:
    Status take_names(std::string_view text) {
        places_.clear();
        std::size_t place = 0;
        for (const std::string_view name : split_fields(trimmed(text))) {
            places_.emplace(std::string(name), place++);
        }
        for (const char* needed : {"ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"}) {
            if (places_.contains(needed)) continue;
            return fail(Errc::mismatch, name_ + " has no field " + needed +
                                            ". Give notice.log or conn.log.labeled");
        }
        const bool says_something = places_.contains("note") || places_.contains("label");
        if (says_something) return {};
        return fail(Errc::mismatch, name_ +
                                        " has neither a field note nor a field label. Give "
                                        "notice.log or conn.log.labeled");
    }

    ZeekClaims claims_;
    std::string name_;
    std::map<std::string, std::size_t, std::less<>> places_;  ///< of the columns, by name
};

}  // namespace

Result<JoinedLabels> load_zeek(const std::filesystem::path& path) {
    TRIBUTARY_TRY(const std::string text, read_text_file(path, kMaxZeekBytes));
    return parse_zeek(text, path.string());
}

Result<JoinedLabels> parse_zeek(std::string_view text, const std::string& name) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return parse_zeek_json(text, name);
    LineReader lines(text);
    ZeekReader reader(name);
    std::string_view line;
    while (lines.next(line)) {
        if (line.size() > kMaxZeekLineBytes) {
            return fail(Errc::limit_exceeded, name + ", line " + std::to_string(lines.line()) +
                                                  ": longer than 1 MiB. Shorten the log");
        }
        TRIBUTARY_CHECK(reader.take(line, lines.line()));
    }
    return std::move(reader).finish();
}

}  // namespace tributary::datasets
