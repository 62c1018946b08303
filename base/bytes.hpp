#pragma once
// Byte strings, and a bounded reader and writer for binary formats.
// Invariant: a ByteReader never reads past its view; the first short read makes it fail for good,
// so a parser may read many fields and check `ok()` once. Integers are little-endian in our own
// formats (`u16` ...) and big-endian in network formats (`be16` ...). Values; no thread rule.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

Bytes to_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);
/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);

class ByteReader {
 public:
    explicit ByteReader(ByteView view) : view_(view) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    double f64();
    std::uint16_t be16();
    std::uint32_t be32();
    std::uint64_t be64();
    /// An unsigned big-endian integer of 1 to 8 bytes.
    std::uint64_t be_uint(std::size_t width);
    /// The next `count` bytes, or an empty view (and failure) when there are fewer.
    ByteView take(std::size_t count);
    void skip(std::size_t count) { take(count); }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t remaining() const { return view_.size() - offset_; }
    [[nodiscard]] ByteView rest() const { return view_.subspan(offset_); }

 private:
    ByteView view_;
    std::size_t offset_ = 0;
    bool ok_ = true;
};

class ByteWriter {
 public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void f64(double value);
    void be16(std::uint16_t value);
    void be32(std::uint32_t value);
    void be64(std::uint64_t value);
    void put(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

    /// Makes room for this many bytes in all.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    Bytes take() { return std::move(bytes_); }

 private:
    Bytes bytes_;
};

}  // namespace tributary
