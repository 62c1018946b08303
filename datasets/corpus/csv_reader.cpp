#include "datasets/corpus/csv_reader.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kMaxLineBytes = 64 * 1024;
constexpr std::size_t kMaxColumns = 4096;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Result<CsvReader> CsvReader::open(std::string_view text, char separator, std::string name) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    CsvReader reader(text, separator, std::move(name));
    TRIBUTARY_TRY(const bool found, reader.next());
    if (!found) {
        return fail(Errc::corrupt,
                    reader.name_ + " is empty. Its first line must name the columns");
    }
    for (const std::string_view field : reader.fields_) {
        reader.header_.emplace_back(trimmed(field));
        if (!reader.columns_.emplace(reader.header_.back(), reader.columns_.size()).second) {
            return fail(reader.error_in_line(
                Errc::corrupt, "two columns are named " + in_quotes(field) + ". Rename one"));
        }
    }
    return reader;
}

Result<bool> CsvReader::next() {
    std::string_view line;
    do {
        if (!lines_.next(line)) return false;
    } while (trimmed(line).empty());
    TRIBUTARY_CHECK(split(line));
    if (!header_.empty() && fields_.size() != header_.size()) {
        return fail(error_in_line(Errc::corrupt, std::to_string(fields_.size()) +
                                                     " fields where the header has " +
                                                     std::to_string(header_.size()) +
                                                     ". Check the separators of this line"));
    }
    return true;
}

Status CsvReader::split(std::string_view line) {
    fields_.clear();
    unquoted_.clear();
    if (line.size() > kMaxLineBytes) {
        return fail(
            error_in_line(Errc::limit_exceeded, "longer than " + std::to_string(kMaxLineBytes) +
                                                    " bytes. Check that the file is CSV text"));
    }
    for (std::size_t start = 0;;) {
        std::size_t end = 0;
        if (start < line.size() && line[start] == '"') {
            TRIBUTARY_TRY(end, take_quoted(line, start));
        } else {
            end = std::min(line.find(separator_, start), line.size());
            fields_.push_back(line.substr(start, end - start));
        }
        if (fields_.size() > kMaxColumns) {
            return fail(error_in_line(Errc::limit_exceeded,
                                      "more than " + std::to_string(kMaxColumns) + " columns"));
        }
        if (end >= line.size()) return {};
        start = end + 1;
    }
}

Result<std::size_t> CsvReader::take_quoted(std::string_view line, std::size_t start) {
    std::string& value = unquoted_.emplace_back();
    for (std::size_t i = start + 1; i < line.size(); ++i) {
        if (line[i] != '"') {
            value += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
            value += line[i++];
        } else if (i + 1 == line.size() || line[i + 1] == separator_) {
            fields_.emplace_back(value);
            return i + 1;
        } else {
            break;
        }
    }
    return fail(error_in_line(Errc::corrupt, "column " + std::to_string(fields_.size() + 1) +
                                                 ": the closing quote is missing or followed by "
                                                 "text. Close it on the same line"));
}

std::optional<std::size_t> CsvReader::find(std::string_view column) const {
    const auto found = columns_.find(std::string(column));
    if (found == columns_.end()) return std::nullopt;
    return found->second;
}

Result<std::size_t> CsvReader::require(std::string_view column) const {
    if (const auto found = find(column)) return *found;
    return fail(Errc::mismatch, name_ + " has no column " + in_quotes(column) +
                                    ". Name it in the header, the first line");
}

Error CsvReader::error_at(std::size_t column, const std::string& cause) const {
    return error_in_line(Errc::corrupt, "column " + std::to_string(column + 1) + " (" +
                                            header_[column] + "): " + in_quotes(fields_[column]) +
                                            " " + cause);
}

Error CsvReader::error_in_line(Errc code, const std::string& cause) const {
    return {code, name_ + ", line " + std::to_string(lines_.line()) + ": " + cause};
}

}  // namespace tributary::datasets
