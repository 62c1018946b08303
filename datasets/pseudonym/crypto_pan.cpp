#include "datasets/pseudonym/crypto_pan.hpp"

#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/assert.hpp"
#include "base/file.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kKeyFileLimit = 256;

std::optional<std::uint8_t> hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
    if (letter >= 'a' && letter <= 'f') return static_cast<std::uint8_t>(letter - 'a' + 10);
    if (letter >= 'A' && letter <= 'F') return static_cast<std::uint8_t>(letter - 'A' + 10);
    return std::nullopt;
}

std::size_t place_of(const Address& address) {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), address.bytes.data(), sizeof halves);
    return static_cast<std::size_t>(((halves[0] ^ halves[1]) * 0x9e3779b97f4a7c15U) >> 32);
}

std::optional<CryptoPan::Key> parse_key(std::string_view text) {
    CryptoPan::Key key{};
    if (text.size() != 2 * key.size()) return std::nullopt;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto high = hex_digit(text[2 * i]);
        const auto low = hex_digit(text[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        key[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return key;
}

}  // namespace

void CryptoPan::Freer::operator()(evp_cipher_ctx_st* context) const {
    EVP_CIPHER_CTX_free(context);
}

CryptoPan::CryptoPan(const Key& key) : cipher_(EVP_CIPHER_CTX_new()), cache_(kCached) {
    // The first half of the key encrypts; the second, encrypted, fills what a prefix leaves.
    const int ready =
        EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr);
    TRIBUTARY_ASSERT(ready == 1);
    EVP_CIPHER_CTX_set_padding(cipher_.get(), 0);
    std::copy(key.begin() + kBlock, key.end(), pad_.begin());
    encrypt(pad_.data(), 1);
}

Result<CryptoPan> CryptoPan::load(const std::filesystem::path& path) {
    Result<Bytes> bytes = read_file(path, kKeyFileLimit);
    if (!bytes) {
        return fail(bytes.error().with_context("the key of the pseudonyms"));
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(Errc::permission, "others may read the key of the pseudonyms in " +
                                          path.string() + ". Run: chmod 600 " + path.string());
    }
    std::string_view text = as_text(*bytes);
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    const auto key = parse_key(text);
    if (!key) {
        return fail(Errc::corrupt, path.string() +
                                       " holds no key of pseudonyms, which is 64 hexadecimal "
                                       "digits. Make one: openssl rand -hex 32");
    }
    return CryptoPan(*key);
}

void CryptoPan::encrypt(std::uint8_t* blocks, std::size_t count) {
    int written = 0;
    const auto size = static_cast<int>(count * kBlock);
    const int done = EVP_EncryptUpdate(cipher_.get(), blocks, &written, blocks, size);
    TRIBUTARY_ASSERT(done == 1 && written == size);
}

Address CryptoPan::pseudonym(const Address& address) {
    Remembered& place = cache_[place_of(address) % kCached];
    if (!place.is_used || place.address != address) {
        place = {address, compute(address), true};
    }
    return place.pseudonym;
}

Address CryptoPan::compute(const Address& address) {
    // Bit i is flipped by the first bit of the encrypted prefix of i bits.
    const std::size_t bits = address.is_v6 ? 128 : 32;
    Block prefix = pad_;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        blocks_[bit] = prefix;
        const auto place = static_cast<std::uint8_t>(0x80 >> (bit % 8));
        const std::uint8_t is_set = address.bytes[bit / 8] & place;
        prefix[bit / 8] = static_cast<std::uint8_t>((prefix[bit / 8] & ~place) | is_set);
    }
    encrypt(blocks_[0].data(), bits);
    Address made = address;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        const unsigned flip = blocks_[bit][0] >> 7;
        made.bytes[bit / 8] ^= static_cast<std::uint8_t>(flip << (7 - bit % 8));
    }
    return made;
}

void CryptoPan::apply(FlowRecord& flow) {
    flow.src = pseudonym(flow.src);
    flow.dst = pseudonym(flow.dst);
}

}  // namespace tributary::datasets
