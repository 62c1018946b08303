#pragma once
// Signed history: who did what to an object, provably. Each entry is signed by its contributor over
// the object's identity and every figure of the entry; the newest version is signed as a whole. A
// contributor's key is fixed by its first signed act: a later act under another key is refused.
// Pure functions; any thread. Source: design of the classifier, section 5.

#include <optional>

#include "base/signing.hpp"
#include "classifier/object/classifier_object.hpp"

namespace tributary::classifier {

/// Signs the newest entry and notes the key with its contributor.
/// @error permission (the contributor acts under another key), invalid_argument (no entry)
Status sign_newest_entry(ClassifierObject& object, const SigningKey& key);

/// True when the entry carries a valid signature by its contributor.
bool is_proven(const ClassifierObject& object, const LineageEntry& entry);

/// True when the author of the newest entry, alone, signed the whole version.
/// @param content  content digest of the object as carried
bool is_signed_whole(const ClassifierObject& object, const Digest& content);

/// How much of an object's history its signatures prove.
struct LineageProof {
    std::size_t entries = 0;
    std::size_t proven = 0;           ///< entries with a valid signature by their contributor
    std::vector<std::size_t> forged;  ///< entries with a signature that does not fit
    bool whole = false;               ///< the newest version is signed by its author
};

/// @param encoded  the object's bytes as carried
/// @error of decode_object
Result<LineageProof> prove_lineage(ByteView encoded);

/// Whether `old` is the version that its number says. Either the object's history proves it: the
/// act that made it is in the lineage, and its author signed all of `old` with the key known here.
/// Or the keeper vouched for it.
/// @param old     the old version's bytes as carried
/// @param keeper  who keeps the object's versions, where its key is known
/// @error permission (it is not proven), of decode_object
Status prove_earlier(const ClassifierObject& object, ByteView old,
                     const std::optional<SigningPublic>& keeper = {});

/// Adds the keeper's signature: these bytes are a version that the service made and it kept. So
/// versions remain proven that the lineage, which is bounded, has forgotten.
/// @param encoded  the version's bytes as carried, its author's signature among them
/// @error of decode_object, limit_exceeded (it has too many signatures)
Result<Bytes> vouch_for(ByteView encoded, const SigningKey& keeper);

/// Encodes an object with the signature of its newest entry's contributor over the whole content.
/// @error of encode_object
Result<Bytes> encode_signed(ClassifierObject object, const SigningKey& key);

}  // namespace tributary::classifier
