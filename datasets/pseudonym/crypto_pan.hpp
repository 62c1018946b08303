#pragma once
// Prefix-preserving pseudonyms for addresses (Crypto-PAn): two addresses that share their first n
// bits have pseudonyms that share exactly their first n bits, so that networks stay visible and
// nobody without the key learns which. One key of 32 bytes a site; never shared.
// Invariants: one to one for each version of IP; the same key gives the same pseudonyms everywhere.
// Move-only; one thread.
// Source: J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP
// 2002.

#include <array>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "datasets/record.hpp"

struct evp_cipher_ctx_st;

namespace tributary::datasets {

class CryptoPan {
 public:
    using Key = std::array<std::uint8_t, 32>;

    explicit CryptoPan(const Key& key);
    /// @param path  32 bytes as 64 hexadecimal digits
    /// @error not_found, permission (others may read it), corrupt, io
    static Result<CryptoPan> load(const std::filesystem::path& path);

    [[nodiscard]] Address pseudonym(const Address& address);
    /// Both ends of a flow.
    void apply(FlowRecord& flow);

 private:
    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kMostBits = 128;
    static constexpr std::size_t kCached = 8192;
    using Block = std::array<std::uint8_t, kBlock>;
    struct Freer {
        void operator()(evp_cipher_ctx_st* context) const;
    };

    /// The last address that fell into a place of the cache.
    struct Remembered {
        Address address;
        Address pseudonym;
        bool is_used = false;
    };

    void encrypt(std::uint8_t* blocks, std::size_t count);
    Address compute(const Address& address);

    std::unique_ptr<evp_cipher_ctx_st, Freer> cipher_;
    Block pad_{};
    std::array<Block, kMostBits> blocks_{};  ///< one for each bit of an address
    std::vector<Remembered> cache_;          ///< kCached places
};

}  // namespace tributary::datasets
