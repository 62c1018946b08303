#pragma once
// Ed25519 signatures (libsodium): what an organization did to a classifier, whom the coordinator
// admitted. It is another key than the one that encrypts connections.
// Invariant: the secret never leaves this value but to its owner's file. Values; any thread.
// RFC 8032.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary {

using SigningPublic = std::array<std::uint8_t, 32>;
using SignatureBytes = std::array<std::uint8_t, 64>;

struct SigningKey {
    SigningPublic public_key{};
    std::array<std::uint8_t, 64> secret{};

    bool operator==(const SigningKey&) const = default;
};

/// The key that follows from a seed; the same seed gives the same key.
SigningKey signing_key_from(const std::array<std::uint8_t, 32>& seed);

/// A fresh key from the system's random source.
/// @error internal
Result<SigningKey> generate_signing_key();

/// The key kept in `<folder>/sign.secret` (64 hexadecimal digits of the seed, mode 0600), made
/// there on first use; `<folder>/sign.public` holds the public half.
/// @error corrupt, permission, io
Result<SigningKey> load_or_create_signing_key(const std::filesystem::path& folder);

SignatureBytes sign(ByteView message, const SigningKey& key);
[[nodiscard]] bool verify(ByteView message, const SignatureBytes& signature,
                          const SigningPublic& key);

}  // namespace tributary
