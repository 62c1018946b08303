#include "datasets/community_id.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kSha1Bytes = 20;

using TypePair = std::pair<std::uint16_t, std::uint16_t>;
constexpr std::array<TypePair, 5> kIcmpPairs{{{8, 0}, {13, 14}, {15, 16}, {17, 18}, {10, 9}}};
constexpr std::array<TypePair, 5> kIcmp6Pairs{
    {{128, 129}, {133, 134}, {135, 136}, {130, 131}, {144, 145}}};

/// The type that answers this one, or nothing when the message has no answer.
std::optional<std::uint16_t> answering_type(std::uint8_t protocol, std::uint16_t type) {
    const auto& pairs = protocol == kProtocolIcmp ? kIcmpPairs : kIcmp6Pairs;
    for (const auto& [request, reply] : pairs) {
        if (type == request) return reply;
        if (type == reply) return request;
    }
    return std::nullopt;
}

ByteView address_bytes(const Address& address) {
    return ByteView(address.bytes).first(address.is_v6 ? 16 : 4);
}

}  // namespace

std::string community_id(const CommunityTuple& tuple, std::uint16_t seed) {
    CommunityTuple ends = tuple;
    bool one_way = false;
    if (ends.protocol == kProtocolIcmp || ends.protocol == kProtocolIcmp6) {
        const auto answer = answering_type(ends.protocol, ends.src_port);
        one_way = !answer.has_value();
        if (answer) ends.dst_port = *answer;
    }
    const auto from = std::pair(address_bytes(ends.src), ends.src_port);
    const auto to = std::pair(address_bytes(ends.dst), ends.dst_port);
    const bool same_address = std::ranges::equal(from.first, to.first);
    const bool swapped =
        !one_way && (same_address ? to.second < from.second
                                  : std::ranges::lexicographical_compare(to.first, from.first));
    const auto& first = swapped ? to : from;
    const auto& second = swapped ? from : to;

    ByteWriter writer;
    writer.be16(seed);
    writer.put(first.first);
    writer.put(second.first);
    writer.u8(ends.protocol);
    writer.u8(0);
    writer.be16(first.second);
    writer.be16(second.second);

    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const int hashed =
        EVP_Digest(writer.bytes().data(), writer.size(), digest.data(), &size, EVP_sha1(), nullptr);
    TRIBUTARY_ASSERT(hashed == 1 && size == kSha1Bytes);
    std::array<std::uint8_t, 32> text{};
    const int letters = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(kSha1Bytes));
    return "1:" + std::string(as_text(ByteView(text).first(static_cast<std::size_t>(letters))));
}

std::string community_id(const FlowRecord& record) {
    CommunityTuple tuple{record.src, record.dst, record.src_port, record.dst_port, record.protocol};
    if (record.protocol == kProtocolIcmp || record.protocol == kProtocolIcmp6) {
        tuple.src_port = record.icmp_type;
        tuple.dst_port = record.icmp_code;
    }
    return community_id(tuple);
}

}  // namespace tributary::datasets
