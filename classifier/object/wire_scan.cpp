#include "classifier/object/wire_scan.hpp"

#include <array>

#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kLastField = 28;
constexpr std::size_t kContributors = 15;
constexpr std::size_t kCard = 17;
constexpr std::size_t kLineage = 18;
constexpr std::size_t kParked = 28;
// Every nested message is smaller than its names and numbers at their widest.
constexpr std::size_t kContributorBytes = kNameLimit + 10 * (kRefusedLimit + 8) + 64;
constexpr std::size_t kCardBytes = kStratumLimit * (kNameLimit + 24) + 128;
constexpr std::size_t kLineageBytes = 2 * kNameLimit + 256;
constexpr std::size_t kParkedBytes =
    kNameLimit + 256 + kParkedRowLimit * (kWidthLimit + 2) + 4 * (kFourierLimit + 1) + 4096;
constexpr std::size_t kOtherBytes = kVectorLimit * kWidthLimit + 4096;

std::uint64_t varint(ByteReader& reader) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = reader.u8();
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) break;
    }
    return value;
}

std::size_t most_times(std::uint64_t field) {
    if (field == kContributors) return kContributorLimit;
    if (field == kParked) return kParkedLimit;
    return field == kLineage ? kLineageLimit : 1;
}

std::size_t longest(std::uint64_t field) {
    if (field == kContributors) return kContributorBytes;
    if (field == kCard) return kCardBytes;
    if (field == kParked) return kParkedBytes;
    return field == kLineage ? kLineageBytes : kOtherBytes;
}

}  // namespace

Status check_body_wire(ByteView body) {
    ByteReader reader(body);
    std::array<std::size_t, kLastField + 1> times{};
    while (reader.ok() && reader.remaining() > 0) {
        const std::uint64_t tag = varint(reader);
        const std::uint64_t field = tag >> 3;
        const std::uint64_t type = tag & 7;
        if (field < 1 || field > kLastField || (type != 0 && type != 1 && type != 2)) {
            return fail(Errc::corrupt, "the body of the object has an unknown field");
        }
        if (++times[field] > most_times(field)) {
            return fail(Errc::limit_exceeded,
                        "field " + std::to_string(field) + " of the object occurs too often");
        }
        if (type == 0) varint(reader);
        if (type == 1) reader.skip(8);
        if (type != 2) continue;
        const std::uint64_t length = varint(reader);
        if (length > longest(field)) {
            return fail(Errc::limit_exceeded,
                        "field " + std::to_string(field) + " of the object is too long");
        }
        reader.skip(static_cast<std::size_t>(length));
    }
    if (!reader.ok()) return fail(Errc::corrupt, "the body of the object is cut short");
    return {};
}

}  // namespace tributary::classifier
