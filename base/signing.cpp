#include "base/signing.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/file.hpp"

namespace tributary {

namespace {

constexpr const char* kSecretFile = "sign.secret";
constexpr const char* kPublicFile = "sign.public";
constexpr std::size_t kSeedDigits = 64;

using Seed = std::array<std::uint8_t, 32>;
static_assert(Seed{}.size() == crypto_sign_SEEDBYTES);
static_assert(SigningPublic{}.size() == crypto_sign_PUBLICKEYBYTES);
static_assert(SigningKey{}.secret.size() == crypto_sign_SECRETKEYBYTES);
static_assert(SignatureBytes{}.size() == crypto_sign_BYTES);

void start_sodium() {
    TRIBUTARY_ASSERT(sodium_init() >= 0);
}

Result<Seed> parse_seed(const Bytes& text, const std::filesystem::path& file) {
    const std::string_view digits = as_text(text).substr(0, kSeedDigits);
    Seed seed{};
    std::size_t made = 0;
    const bool is_hex = sodium_hex2bin(seed.data(), seed.size(), digits.data(), digits.size(),
                                       nullptr, &made, nullptr) == 0;
    if (!is_hex || made != seed.size()) {
        return fail(Errc::corrupt, file.string() +
                                       " does not hold a signing key. Restore it, or remove it to "
                                       "act as a new contributor");
    }
    return seed;
}

}  // namespace

SigningKey signing_key_from(const std::array<std::uint8_t, 32>& seed) {
    start_sodium();
    SigningKey key;
    TRIBUTARY_ASSERT(
        crypto_sign_seed_keypair(key.public_key.data(), key.secret.data(), seed.data()) == 0);
    return key;
}

Result<SigningKey> generate_signing_key() {
    if (sodium_init() < 0) return fail(Errc::internal, "libsodium found no source of randomness");
    Seed seed{};
    randombytes_buf(seed.data(), seed.size());
    return signing_key_from(seed);
}

Result<SigningKey> load_or_create_signing_key(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / kSecretFile;
    const auto kept = read_file(file, 4096);
    if (kept) {
        TRIBUTARY_TRY(const Seed seed, parse_seed(*kept, file));
        return signing_key_from(seed);
    }
    if (kept.error().code != Errc::not_found) return fail(kept.error());
    TRIBUTARY_TRY(const SigningKey key, generate_signing_key());
    // The first half of libsodium's secret key is the seed.
    const std::string secret = to_hex(ByteView(key.secret).first(Seed{}.size())) + "\n";
    TRIBUTARY_CHECK(write_file_atomically(file, to_bytes(secret), 0600));
    TRIBUTARY_CHECK(write_file_atomically(folder / kPublicFile,
                                          to_bytes(to_hex(ByteView(key.public_key)) + "\n")));
    return key;
}

SignatureBytes sign(ByteView message, const SigningKey& key) {
    start_sodium();
    SignatureBytes signature{};
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         key.secret.data());
    return signature;
}

bool verify(ByteView message, const SignatureBytes& signature, const SigningPublic& key) {
    start_sodium();
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       key.data()) == 0;
}

}  // namespace tributary
