#include "datasets/community_id.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "base/assert.hpp"

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

std::size_t address_size(const Address& address) {
    return address.is_v6 ? 16 : 4;
}

bool is_after(const Address& address, std::uint16_t port, const Address& other,
              std::uint16_t other_port) {
    const int order = std::memcmp(address.bytes.data(), other.bytes.data(), address_size(other));
    return order != 0 ? order > 0 : port > other_port;
}

/// What is hashed: seed, lower end, higher end, protocol, zero, ports.
struct HashedText {
    std::array<std::uint8_t, 40> bytes{};
    std::size_t size = 0;

    void put(const std::uint8_t* from, std::size_t count) {
        std::memcpy(bytes.data() + size, from, count);
        size += count;
    }
    void put16(std::uint16_t number) {
        bytes[size++] = static_cast<std::uint8_t>(number >> 8);
        bytes[size++] = static_cast<std::uint8_t>(number & 0xff);
    }
};

HashedText hashed_text(const CommunityTuple& tuple, std::uint16_t seed) {
    std::uint16_t dst_port = tuple.dst_port;
    bool one_way = false;
    if (tuple.protocol == kProtocolIcmp || tuple.protocol == kProtocolIcmp6) {
        const auto answer = answering_type(tuple.protocol, tuple.src_port);
        one_way = !answer.has_value();
        dst_port = answer.value_or(dst_port);
    }
    const bool swapped = !one_way && is_after(tuple.src, tuple.src_port, tuple.dst, dst_port);
    const Address& first = swapped ? tuple.dst : tuple.src;
    const Address& second = swapped ? tuple.src : tuple.dst;
    HashedText text;
    text.put16(seed);
    text.put(first.bytes.data(), address_size(first));
    text.put(second.bytes.data(), address_size(second));
    text.put16(static_cast<std::uint16_t>(tuple.protocol << 8));
    text.put16(swapped ? dst_port : tuple.src_port);
    text.put16(swapped ? tuple.src_port : dst_port);
    return text;
}

}  // namespace

void CommunityIds::Freer::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

void CommunityIds::Freer::operator()(evp_md_st* digest) const {
    EVP_MD_free(digest);
}

// Fetched once: looking an algorithm up costs more than hashing so few bytes.
CommunityIds::CommunityIds(std::uint16_t seed)
    : seed_(seed), sha1_(EVP_MD_fetch(nullptr, "SHA1", nullptr)), context_(EVP_MD_CTX_new()) {
    TRIBUTARY_ASSERT(sha1_ != nullptr && context_ != nullptr);
}

CommunityId CommunityIds::of(const CommunityTuple& tuple) {
    const HashedText text = hashed_text(tuple, seed_);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const bool hashed = EVP_DigestInit_ex2(context_.get(), sha1_.get(), nullptr) == 1 &&
                        EVP_DigestUpdate(context_.get(), text.bytes.data(), text.size) == 1 &&
                        EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1;
    TRIBUTARY_ASSERT(hashed && size == kSha1Bytes);
    std::array<std::uint8_t, 29> base64{};  // 28 letters, and the zero that ends them
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(kSha1Bytes));
    CommunityId id{'1', ':'};
    std::copy_n(base64.begin(), id.size() - 2, id.begin() + 2);
    return id;
}

CommunityId CommunityIds::of(const FlowRecord& record) {
    CommunityTuple tuple{record.src, record.dst, record.src_port, record.dst_port, record.protocol};
    if (record.protocol == kProtocolIcmp || record.protocol == kProtocolIcmp6) {
        tuple.src_port = record.forward.icmp_type;
        tuple.dst_port = record.forward.icmp_code;
    }
    return of(tuple);
}

std::string community_id(const CommunityTuple& tuple, std::uint16_t seed) {
    const CommunityId id = CommunityIds(seed).of(tuple);
    return {id.data(), id.size()};
}

std::string community_id(const FlowRecord& record) {
    const CommunityId id = CommunityIds().of(record);
    return {id.data(), id.size()};
}

}  // namespace tributary::datasets
