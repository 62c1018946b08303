#pragma once
// BLAKE2b-256 (libsodium): names of schemas, objects' contents, batches. Any thread.

#include <array>
#include <string>

#include "base/bytes.hpp"

namespace tributary {

using Digest = std::array<std::uint8_t, 32>;

Digest blake2b(ByteView bytes);
std::string to_hex(const Digest& digest);

}  // namespace tributary
