#pragma once
// The server's image as bytes and back. Bodies of objects are left out and named by the BLAKE2b-256
// of their contents, which the store keeps once, however many messages and versions carry them.
// Format: docs/protocol.md. Invariant: decode_image allocates in proportion to its input and
// returns only what keeps the bounds of every part.
// An ImageEncoder: one thread (the store's). decode_image: any thread.

#include <map>
#include <memory>
#include <string>

#include "netlayer/server/image.hpp"
#include "netlayer/store/store.hpp"

namespace tributary::netlayer {

class ImageEncoder {
 public:
    /// Hashes only bodies that the image before did not carry.
    StoredState encode(const ServerImage& image);

 private:
    std::map<Body, std::string> known_;  ///< of the image before; keeps the bodies alive
};

/// @error corrupt (another format, damaged, or a body is missing)
Result<std::shared_ptr<const ServerImage>> decode_image(const StoredState& stored);

}  // namespace tributary::netlayer
