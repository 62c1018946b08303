#pragma once
// Small readers of text that everybody here needs: whole files, lines, numbers, times. All are
// strict (the whole text must be the number) and bounded. Pure functions; any thread.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tributary::datasets {

/// The plain text of a file that may be packed (.zst or .gz, told by its first bytes).
/// @param limit  largest plain size in bytes
/// @error not_found, permission, io, corrupt (damaged packing), limit_exceeded
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t limit);

/// Gives the lines of a text one by one, without their ends (LF or CRLF), counted from 1.
class LineReader {
 public:
    explicit LineReader(std::string_view text) : rest_(text) {}

    /// @return false at the end of the text
    bool next(std::string_view& line);
    [[nodiscard]] std::size_t line() const { return line_; }

 private:
    std::string_view rest_;
    std::size_t line_ = 0;
};

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// A finite decimal number; "inf", "nan" and numbers beyond a double are refused.
std::optional<double> parse_number(std::string_view text);

/// Decimal digits only.
std::optional<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t largest);

/// Epoch seconds up to the year 9999, with at most six decimals, exactly.
std::optional<Micros> parse_epoch(std::string_view text);

/// tcp, udp, icmp, icmp6, or a number up to 255.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

/// The text between quotes for an error, cut at 40 bytes, with unprintable bytes as '?'.
std::string in_quotes(std::string_view text);

}  // namespace tributary::datasets
