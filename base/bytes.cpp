#include "base/bytes.hpp"

#include <bit>

#include "base/assert.hpp"

namespace tributary {

namespace {

template <typename T>
T little(ByteView view) {
    T value = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(view[i]) << (8 * i)));
    }
    return value;
}

std::uint64_t big(ByteView view) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : view) value = (value << 8) | byte;
    return value;
}

template <typename T>
void append_little(Bytes& bytes, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

template <typename T>
void append_big(Bytes& bytes, T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

}  // namespace

Bytes to_bytes(std::string_view text) {
    return Bytes(text.begin(), text.end());
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

ByteView ByteReader::take(std::size_t count) {
    if (!ok_ || count > remaining()) {
        ok_ = false;
        return {};
    }
    const ByteView part = view_.subspan(offset_, count);
    offset_ += count;
    return part;
}

std::uint8_t ByteReader::u8() {
    return little<std::uint8_t>(take(1));
}
std::uint16_t ByteReader::u16() {
    return little<std::uint16_t>(take(2));
}
std::uint32_t ByteReader::u32() {
    return little<std::uint32_t>(take(4));
}
std::uint64_t ByteReader::u64() {
    return little<std::uint64_t>(take(8));
}
double ByteReader::f64() {
    return std::bit_cast<double>(u64());
}
std::uint16_t ByteReader::be16() {
    return static_cast<std::uint16_t>(big(take(2)));
}
std::uint32_t ByteReader::be32() {
    return static_cast<std::uint32_t>(big(take(4)));
}
std::uint64_t ByteReader::be64() {
    return big(take(8));
}
std::uint64_t ByteReader::be_uint(std::size_t width) {
    TRIBUTARY_ASSERT(width >= 1 && width <= 8);
    return big(take(width));
}

void ByteWriter::u16(std::uint16_t value) {
    append_little(bytes_, value);
}
void ByteWriter::u32(std::uint32_t value) {
    append_little(bytes_, value);
}
void ByteWriter::u64(std::uint64_t value) {
    append_little(bytes_, value);
}
void ByteWriter::f64(double value) {
    u64(std::bit_cast<std::uint64_t>(value));
}
void ByteWriter::be16(std::uint16_t value) {
    append_big(bytes_, value);
}
void ByteWriter::be32(std::uint32_t value) {
    append_big(bytes_, value);
}
void ByteWriter::be64(std::uint64_t value) {
    append_big(bytes_, value);
}

}  // namespace tributary
