#include "base/hash.hpp"

#include <sodium.h>

namespace tributary {

Digest blake2b(ByteView bytes) {
    Digest digest{};
    crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
    return digest;
}

std::string to_hex(const Digest& digest) {
    return to_hex(ByteView(digest));
}

}  // namespace tributary
