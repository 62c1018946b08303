#pragma once
// CSV text with a header line, row by row. A field may stand in double quotes, with a double quote
// inside written twice; a line end inside quotes is refused. Blank lines are skipped.
// Invariants: every row has as many fields as the header; fields are valid until the next row.
// Bounds: lines of 64 KiB, 4,096 columns. The text must outlive the reader. One thread.

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "datasets/corpus/text.hpp"

namespace tributary::datasets {

class CsvReader {
 public:
    /// Reads the header.
    /// @param name  stands before every error
    /// @error corrupt, limit_exceeded
    static Result<CsvReader> open(std::string_view text, char separator, std::string name);

    /// Reads the next row.
    /// @return false at the end of the text
    /// @error corrupt, limit_exceeded; both name the line
    Result<bool> next();

    /// Place of a column in the header.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
    /// Like `find`.
    /// @error mismatch, naming the column
    [[nodiscard]] Result<std::size_t> require(std::string_view column) const;

    [[nodiscard]] std::string_view field(std::size_t column) const { return fields_[column]; }
    [[nodiscard]] std::size_t line() const { return lines_.line(); }
    /// An error at one field of this row, naming line, column and value.
    [[nodiscard]] Error error_at(std::size_t column, const std::string& cause) const;

 private:
    CsvReader(std::string_view text, char separator, std::string name)
        : lines_(text), separator_(separator), name_(std::move(name)) {}

    Status split(std::string_view line);
    Result<std::size_t> take_quoted(std::string_view line, std::size_t start);
    [[nodiscard]] Error error_in_line(Errc code, const std::string& cause) const;

    LineReader lines_;
    char separator_;
    std::string name_;
    std::vector<std::string> header_;
    std::unordered_map<std::string, std::size_t> columns_;
    std::vector<std::string_view> fields_;
    std::deque<std::string> unquoted_;  ///< owns the fields that had quotes inside
};

}  // namespace tributary::datasets
