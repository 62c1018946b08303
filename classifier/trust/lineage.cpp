#include "classifier/trust/lineage.hpp"

#include <algorithm>

#include "classifier/object/codec.hpp"

namespace tributary::classifier {

namespace {

constexpr std::string_view kEntryDomain = "tributary lineage entry 1";
constexpr std::string_view kObjectDomain = "tributary object 1";
constexpr std::string_view kKeptDomain = "tributary kept version 1";
constexpr const char* kKeeper = "keeper";  ///< signer of what the keeper vouches for

void put_text(ByteWriter& writer, std::string_view text) {
    writer.u32(static_cast<std::uint32_t>(text.size()));
    writer.put(to_bytes(text));
}

Bytes entry_message(const ClassifierObject& object, const LineageEntry& entry) {
    ByteWriter writer;
    put_text(writer, kEntryDomain);
    put_text(writer, object.id);
    writer.put(object.schema_hash);
    put_text(writer, entry.contributor);
    writer.u64(entry.contribution);
    writer.put(entry.batch);
    writer.u64(entry.records);
    writer.u8(static_cast<std::uint8_t>(entry.verdict));
    writer.u64(entry.version);
    writer.u64(entry.reference);
    put_text(writer, entry.subject);
    return writer.take();
}

Bytes content_message(const Digest& digest, std::string_view domain = kObjectDomain) {
    ByteWriter writer;
    put_text(writer, domain);
    writer.put(digest);
    return writer.take();
}

bool fits(ByteView message, const Bytes& signature, const SigningPublic& key) {
    SignatureBytes bytes{};
    if (signature.size() != bytes.size()) return false;
    std::ranges::copy(signature, bytes.begin());
    return verify(message, bytes, key);
}

bool fits(ByteView message, const Bytes& signature, const Contributor* signer) {
    SigningPublic key{};
    if (signer == nullptr || signer->key.size() != key.size()) return false;
    std::ranges::copy(signer->key, key.begin());
    return fits(message, signature, key);
}

bool is_vouched_for(const ClassifierObject& object, const Digest& content,
                    const SigningPublic& keeper) {
    return std::ranges::any_of(object.signatures, [&](const Signature& signature) {
        return signature.signer == kKeeper &&
               fits(content_message(content, kKeptDomain), signature.bytes, keeper);
    });
}

}  // namespace

bool is_proven(const ClassifierObject& object, const LineageEntry& entry) {
    return fits(entry_message(object, entry), entry.signature,
                object.find_contributor(entry.contributor));
}

bool is_signed_whole(const ClassifierObject& object, const Digest& content) {
    if (object.lineage.empty() || object.signatures.size() != 1) return false;
    const std::string& author = object.lineage.back().contributor;
    return object.signatures.front().signer == author &&
           fits(content_message(content), object.signatures.front().bytes,
                object.find_contributor(author));
}

Status sign_newest_entry(ClassifierObject& object, const SigningKey& key) {
    if (object.lineage.empty()) {
        return fail(Errc::invalid_argument, "object " + object.id + " has no history to sign");
    }
    LineageEntry& entry = object.lineage.back();
    TRIBUTARY_TRY(Contributor * signer, contributor_entry(object, entry.contributor));
    const Bytes public_key(key.public_key.begin(), key.public_key.end());
    if (signer->key.empty()) signer->key = public_key;
    if (signer->key != public_key) {
        return fail(Errc::permission, entry.contributor + " acted in object " + object.id +
                                          " under another signing key. Restore the file "
                                          "sign.secret of its state folder");
    }
    const SignatureBytes signature = sign(entry_message(object, entry), key);
    entry.signature.assign(signature.begin(), signature.end());
    return {};
}

Result<LineageProof> prove_lineage(ByteView encoded) {
    TRIBUTARY_TRY(const ClassifierObject object, decode_object(encoded));
    LineageProof proof;
    proof.entries = object.lineage.size();
    for (std::size_t i = 0; i < object.lineage.size(); ++i) {
        const LineageEntry& entry = object.lineage[i];
        if (entry.signature.empty()) continue;
        if (is_proven(object, entry)) {
            ++proof.proven;
        } else {
            proof.forged.push_back(i);
        }
    }
    TRIBUTARY_TRY(const Digest content, content_digest(encoded));
    proof.whole = is_signed_whole(object, content);
    return proof;
}

Status prove_earlier(const ClassifierObject& object, ByteView old,
                     const std::optional<SigningPublic>& keeper) {
    TRIBUTARY_TRY(const ClassifierObject earlier, decode_object(old));
    TRIBUTARY_TRY(const Digest content, content_digest(old));
    const std::string name = "version " + std::to_string(earlier.version) + " of " + earlier.id;
    if (keeper && earlier.id == object.id && is_vouched_for(earlier, content, *keeper)) return {};
    const bool made_here =
        !earlier.lineage.empty() && earlier.lineage.back().version == earlier.version &&
        std::ranges::find(object.lineage, earlier.lineage.back()) != object.lineage.end();
    if (!made_here) {
        return fail(Errc::permission,
                    "the history of object " + object.id + " does not know " + name +
                        " from this file. Take a version that the service made: --to VERSION, a "
                        "copy from another site, or one that the coordinator kept: tributary "
                        "coordinator checkout");
    }
    const std::string& author = earlier.lineage.back().contributor;
    const bool signed_whole =
        std::ranges::any_of(earlier.signatures, [&](const Signature& signature) {
            return signature.signer == author &&
                   fits(content_message(content), signature.bytes, object.find_contributor(author));
        });
    if (signed_whole) return {};
    return fail(Errc::permission, name + " in this file is not signed by " + author +
                                      ", who made that version. Take a copy from another site");
}

Result<Bytes> vouch_for(ByteView encoded, const SigningKey& keeper) {
    TRIBUTARY_TRY(ClassifierObject object, decode_object(encoded));
    TRIBUTARY_TRY(const Digest content, content_digest(encoded));
    if (is_vouched_for(object, content, keeper.public_key)) {
        return Bytes(encoded.begin(), encoded.end());
    }
    const SignatureBytes signature = sign(content_message(content, kKeptDomain), keeper);
    object.signatures.push_back({kKeeper, Bytes(signature.begin(), signature.end())});
    return encode_object(object);
}

Result<Bytes> encode_signed(ClassifierObject object, const SigningKey& key) {
    TRIBUTARY_CHECK(sign_newest_entry(object, key));
    object.signatures.clear();
    TRIBUTARY_TRY(const Bytes unsigned_bytes, encode_object(object));
    TRIBUTARY_TRY(const Digest digest, content_digest(unsigned_bytes));
    const SignatureBytes signature = sign(content_message(digest), key);
    object.signatures.push_back(
        {object.lineage.back().contributor, Bytes(signature.begin(), signature.end())});
    return encode_object(object);
}

}  // namespace tributary::classifier
