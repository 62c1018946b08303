#pragma once
// Classifier object <-> bytes, as in docs/formats.md: magic, format version, a zstd body (protobuf
// header and columnar blocks), signatures, BLAKE2b digest over all bytes before it.
// Invariants: decode never trusts a length before it checked it against what is there; whatever it
// accepts is valid (check_object) and canonical: encode gives the same body again. Any thread.
// Source: design of the classifier, section 3.

#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

inline constexpr std::uint16_t kObjectFormat = 1;
/// Largest body after decompression, and largest object on the wire.
inline constexpr std::size_t kObjectLimit = std::size_t{16} << 20;

/// What the reader requires; empty or null means any.
struct Expectation {
    std::string schema;
    const Digest* schema_hash = nullptr;
};

/// @error invalid_argument or limit_exceeded when the object breaks a rule of the format
Result<Bytes> encode_object(const ClassifierObject& object);

/// @error corrupt, limit_exceeded, mismatch (format version, digest, or another schema by name)
Result<ClassifierObject> decode_object(ByteView bytes, const Expectation& expect = {});

/// What signatures are over and what `parent` names: BLAKE2b of the encoded object without its
/// signatures and closing digest.
/// @error corrupt
Result<Digest> content_digest(ByteView encoded);

/// Every rule that both directions enforce.
/// @error corrupt, limit_exceeded
Status check_object(const ClassifierObject& object);

}  // namespace tributary::classifier
