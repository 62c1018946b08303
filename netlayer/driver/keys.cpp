#include "netlayer/driver/keys.hpp"

#include <zmq.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/hash.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyFileLimit = 1024;

Status write_pair(const std::filesystem::path& folder, const KeyPair& pair) {
    TRIBUTARY_CHECK(write_file_atomically(
        folder / "curve.secret", to_bytes(pair.public_key + '\n' + pair.secret_key + '\n'), 0600));
    return write_file_atomically(folder / "curve.public", to_bytes(pair.public_key + '\n'), 0644);
}

}  // namespace

bool is_key_text(std::string_view text) {
    if (text.size() != kKeyTextLength) return false;
    std::array<std::uint8_t, kKeyBytes> raw{};
    return zmq_z85_decode(raw.data(), std::string(text).c_str()) != nullptr;
}

bool is_member_name(std::string_view name) {
    const auto allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
    };
    return !name.empty() && name.size() <= kMaxMemberName && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), allowed);
}

std::string key_text(const std::uint8_t* raw_key) {
    std::array<char, kKeyTextLength + 1> text{};
    zmq_z85_encode(text.data(), raw_key, kKeyBytes);
    return std::string(text.data(), kKeyTextLength);
}

std::uint64_t process_id_of_key(std::string_view public_key) {
    const Digest digest = blake2b(to_bytes(public_key));
    const std::uint64_t id = ByteReader(digest).u64();
    return id == 0 ? 1 : id;
}

std::string fingerprint_of_key(std::string_view public_key) {
    constexpr std::size_t kGroups = 4;
    constexpr std::size_t kDigits = 4;
    const std::string digits = to_hex(blake2b(to_bytes("fingerprint " + std::string(public_key))));
    std::string text;
    for (std::size_t group = 0; group < kGroups; ++group) {
        text += (group == 0 ? "" : "-") + digits.substr(group * kDigits, kDigits);
    }
    return text;
}

Result<KeyPair> generate_keys() {
    std::array<char, kKeyTextLength + 1> public_key{};
    std::array<char, kKeyTextLength + 1> secret_key{};
    if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) {
        return fail(Errc::internal, std::string("cannot generate a CURVE key: ") +
                                        zmq_strerror(zmq_errno()) +
                                        ". Install a libzmq that is built with CURVE");
    }
    return KeyPair{public_key.data(), secret_key.data()};
}

Result<KeyPair> load_or_create_keys(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "curve.secret";
    auto bytes = read_file(file, kKeyFileLimit);
    if (!bytes && bytes.error().code == Errc::not_found) {
        TRIBUTARY_TRY(KeyPair fresh, generate_keys());
        TRIBUTARY_CHECK(write_pair(folder, fresh));
        return fresh;
    }
    if (!bytes) return fail(bytes.error());
    std::string_view text = as_text(*bytes);
    KeyPair pair;
    pair.public_key = take_line(text);
    pair.secret_key = take_line(text);
    std::array<char, kKeyTextLength + 1> derived{};
    if (!is_key_text(pair.public_key) || !is_key_text(pair.secret_key) ||
        zmq_curve_public(derived.data(), pair.secret_key.c_str()) != 0 ||
        pair.public_key != derived.data()) {
        return fail(Errc::corrupt, file.string() +
                                       " does not hold a key pair. Restore it from a backup, or "
                                       "remove it and enrol again with a new key");
    }
    return pair;
}

Result<std::string> read_public_key(const std::filesystem::path& file) {
    TRIBUTARY_TRY(const Bytes bytes, read_file(file, kKeyFileLimit));
    std::string_view text = as_text(bytes);
    const std::string_view line = take_line(text);
    if (!is_key_text(line) || !take_line(text).empty()) {
        return fail(Errc::corrupt, file.string() +
                                       " does not hold a public key: expected one line of 40 "
                                       "characters. Copy the member's curve.public there");
    }
    return std::string(line);
}

}  // namespace tributary::netlayer
