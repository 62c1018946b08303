#include "datasets/corpus/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "datasets/packet/file_stream.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::uint64_t kLastSecond = 253'402'300'799;  // 9999-12-31
constexpr std::size_t kDecimals = 6;
constexpr std::size_t kQuotedBytes = 40;

}  // namespace

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t limit) {
    TRIBUTARY_TRY(const FileStream stream, open_stream(path));
    std::string text;
    std::size_t size = 0;
    for (;;) {
        text.resize(size + kReadBytes);
        const std::size_t count = std::fread(text.data() + size, 1, kReadBytes, stream.file.get());
        size += count;
        if (size > limit) {
            return fail(Errc::limit_exceeded, path.string() + " holds more than " +
                                                  std::to_string(limit) +
                                                  " bytes of text. Split it");
        }
        if (count < kReadBytes) break;
    }
    if (stream.damage && !stream.damage->cause.empty()) {
        return fail(Errc::corrupt, path.string() + " cannot be unpacked after " +
                                       std::to_string(size) + " bytes: " + stream.damage->cause +
                                       ". Fetch the file again");
    }
    if (std::ferror(stream.file.get()) != 0) {
        return fail(Errc::io, "cannot read " + path.string() + " after " + std::to_string(size) +
                                  " bytes. Check that it is a file");
    }
    text.resize(size);
    return text;
}

bool LineReader::next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return true;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t largest) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > largest) return std::nullopt;
    return value;
}

std::optional<Micros> parse_epoch(std::string_view text) {
    const std::size_t point = text.find('.');
    const auto seconds = parse_unsigned(text.substr(0, point), kLastSecond);
    if (!seconds) return std::nullopt;
    std::uint64_t micros = 0;
    if (point != std::string_view::npos) {
        std::string decimals(text.substr(point + 1));
        if (decimals.empty() || decimals.size() > kDecimals) return std::nullopt;
        decimals.resize(kDecimals, '0');
        const auto fraction = parse_unsigned(decimals, 999'999);
        if (!fraction) return std::nullopt;
        micros = *fraction;
    }
    return Micros(static_cast<std::int64_t>(*seconds * 1'000'000 + micros));
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
    if (text == "tcp") return kProtocolTcp;
    if (text == "udp") return kProtocolUdp;
    if (text == "icmp") return kProtocolIcmp;
    if (text == "icmp6") return kProtocolIcmp6;
    const auto number = parse_unsigned(text, 255);
    if (!number) return std::nullopt;
    return static_cast<std::uint8_t>(*number);
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text.substr(0, kQuotedBytes)) {
        out += letter >= ' ' && letter <= '~' ? letter : '?';
    }
    out += text.size() > kQuotedBytes ? "...\"" : "\"";
    return out;
}

}  // namespace tributary::datasets
