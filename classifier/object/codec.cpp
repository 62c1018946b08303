#include "classifier/object/codec.hpp"

#include <algorithm>

#include "base/compress.hpp"
#include "classifier/object/blocks.hpp"
#include "classifier/object/body_history.hpp"
#include "classifier/object/object.pb.h"
#include "classifier/object/wire_scan.hpp"

namespace tributary::classifier {

namespace {

constexpr std::string_view kObjectMagic = "TRBOBJ\r\n";
constexpr std::uint32_t kQuantizerBits = 8;

void write_model(const Model& model, format::Body& body) {
    format::Parameters& p = *body.mutable_parameters();
    p.set_cost(model.parameters.cost);
    p.set_gamma(model.parameters.gamma);
    p.set_eps(model.parameters.eps);
    p.set_budget(model.parameters.budget);
    p.set_nu(model.parameters.nu);
    p.set_fourier(model.parameters.fourier);
    p.set_fourier_seed(model.parameters.fourier_seed);
    p.set_quantizer_bits(kQuantizerBits);
    body.set_width(static_cast<std::uint32_t>(model.width()));
    body.set_kind(static_cast<std::uint32_t>(model.kind));
    body.set_cost_positive(model.cost_positive);
    body.set_cost_negative(model.cost_negative);
    body.set_rho(model.rho);
    body.set_seen_positive(model.seen_positive);
    body.set_seen_negative(model.seen_negative);
    body.set_vectors(static_cast<std::uint32_t>(model.coefficients.size()));
    body.set_cells(text_of(encode_columns(model.vectors)));
    const Costs costs{model.cost_positive, model.cost_negative};
    body.set_coefficients(text_of(encode_coefficients(model.coefficients, model.weights, costs)));
    body.set_weights(text_of(ByteView(model.weights)));
    body.set_pending(static_cast<std::uint32_t>(model.pending.features.rows()));
    body.set_pending_sign(model.pending.sign);
    body.set_pending_cells(text_of(encode_columns(model.pending.features)));
    body.set_linear(text_of(encode_floats(model.linear)));
}

std::string plain_body(const ClassifierObject& object) {
    format::Body body;
    body.set_id(object.id);
    body.set_class_name(object.class_name);
    body.set_version(object.version);
    body.set_parent(text_of(object.parent));
    body.set_schema(object.schema);
    body.set_schema_hash(text_of(object.schema_hash));
    write_model(object.model, body);
    write_history(object, body);
    write_card(object, body);
    return body.SerializeAsString();
}

std::string plain_signatures(const std::vector<Signature>& signatures) {
    format::Signatures list;
    for (const Signature& signature : signatures) {
        format::Signature& entry = *list.add_signatures();
        entry.set_signer(signature.signer);
        entry.set_bytes(text_of(signature.bytes));
    }
    return list.SerializeAsString();
}

HyperParameters read_parameters(const format::Parameters& p) {
    return {p.cost(), p.gamma(), p.eps(), p.budget(), p.nu(), p.fourier(), p.fourier_seed()};
}

Status check_sizes(const format::Body& body) {
    if (body.parameters().quantizer_bits() != kQuantizerBits) {
        return fail(Errc::mismatch, "the object's cells do not have 8 bits");
    }
    const bool ok = body.width() >= 1 && body.width() <= kWidthLimit &&
                    body.vectors() <= kVectorLimit && body.pending() <= kPendingLimit &&
                    body.weights().size() == body.vectors() && body.kind() >= 1 &&
                    body.kind() <= 3 && body.pending_sign() >= -1 && body.pending_sign() <= 1 &&
                    body.linear().size() <= 4 * std::size_t{kFourierLimit};
    if (!ok) return fail(Errc::corrupt, "a count of the object is out of range");
    return {};
}

Result<Model> read_model(const format::Body& body) {
    TRIBUTARY_CHECK(check_sizes(body));
    Model model;
    model.kind = static_cast<ModelKind>(body.kind());
    model.parameters = read_parameters(body.parameters());
    model.cost_positive = body.cost_positive();
    model.cost_negative = body.cost_negative();
    model.rho = body.rho();
    model.seen_positive = body.seen_positive();
    model.seen_negative = body.seen_negative();
    const ByteView weights = view_of(body.weights());
    model.weights.assign(weights.begin(), weights.end());
    TRIBUTARY_TRY(model.vectors,
                  decode_columns(view_of(body.cells()), body.vectors(), body.width()));
    const Costs costs{model.cost_positive, model.cost_negative};
    TRIBUTARY_TRY(model.coefficients,
                  decode_coefficients(view_of(body.coefficients()), model.weights, costs));
    model.pending.sign = static_cast<std::int8_t>(body.pending_sign());
    TRIBUTARY_TRY(model.pending.features,
                  decode_columns(view_of(body.pending_cells()), body.pending(), body.width()));
    TRIBUTARY_TRY(model.linear, decode_floats(view_of(body.linear())));
    return model;
}

Status check_expected(const format::Body& body, const Expectation& expect) {
    if (!expect.schema.empty() && body.schema() != expect.schema) {
        return fail(Errc::mismatch, "the object is of schema " +
                                        body.schema().substr(0, kNameLimit) + ", expected is " +
                                        expect.schema);
    }
    if (expect.schema_hash != nullptr && body.schema_hash() != text_of(*expect.schema_hash)) {
        return fail(Errc::mismatch, "the object's schema " + body.schema().substr(0, kNameLimit) +
                                        " has another definition than here. Update both programs");
    }
    return {};
}

Result<ClassifierObject> read_body(const Bytes& plain, const Expectation& expect) {
    TRIBUTARY_CHECK(check_body_wire(plain));
    format::Body body;
    if (!body.ParseFromArray(plain.data(), static_cast<int>(plain.size()))) {
        return fail(Errc::corrupt, "the body of the object cannot be parsed");
    }
    TRIBUTARY_CHECK(check_expected(body, expect));
    ClassifierObject object;
    object.id = body.id();
    object.class_name = body.class_name();
    object.version = body.version();
    object.schema = body.schema();
    TRIBUTARY_CHECK(read_digest(body.parent(), object.parent));
    TRIBUTARY_CHECK(read_digest(body.schema_hash(), object.schema_hash));
    TRIBUTARY_TRY(object.model, read_model(body));
    TRIBUTARY_CHECK(read_history(body, object));
    read_card(body, object);
    return object;
}

/// The parts of an encoded object, found but not yet trusted.
struct Envelope {
    ByteView content;  ///< magic to the end of the body
    ByteView body;
    ByteView signatures;
    ByteView digest;
    ByteView digested;  ///< everything before the digest
};

Result<Envelope> open(ByteView bytes) {
    if (bytes.size() > kObjectLimit) {
        return fail(Errc::limit_exceeded, "object of " + std::to_string(bytes.size()) +
                                              " bytes; the limit is " +
                                              std::to_string(kObjectLimit));
    }
    ByteReader reader(bytes);
    if (as_text(reader.take(kObjectMagic.size())) != kObjectMagic) {
        return fail(Errc::corrupt, "these bytes are not a classifier object");
    }
    const std::uint16_t version = reader.u16();
    if (reader.ok() && version != kObjectFormat) {
        return fail(Errc::mismatch, "the object has format " + std::to_string(version) +
                                        "; this program reads format " +
                                        std::to_string(kObjectFormat) + ". Update the program");
    }
    Envelope parts;
    parts.body = reader.take(reader.u32());
    parts.content = bytes.first(reader.offset());
    const std::uint32_t signature_bytes = reader.u32();
    if (signature_bytes > kSignatureListLimit) {
        return fail(Errc::limit_exceeded, "the signatures of the object take too many bytes");
    }
    parts.signatures = reader.take(signature_bytes);
    parts.digested = bytes.first(reader.offset());
    parts.digest = reader.take(Digest{}.size());
    if (!reader.ok() || reader.remaining() != 0) {
        return fail(Errc::corrupt, "the object is cut short or has bytes after its end");
    }
    return parts;
}

}  // namespace

Result<Bytes> encode_object(const ClassifierObject& object) {
    TRIBUTARY_CHECK(check_object(object));
    const std::string plain = plain_body(object);
    if (plain.size() > kObjectLimit) {
        return fail(Errc::limit_exceeded,
                    "object " + object.id + " takes " + std::to_string(plain.size()) +
                        " bytes; the limit is " + std::to_string(kObjectLimit));
    }
    const Bytes body = compress(view_of(plain));
    const std::string signatures = plain_signatures(object.signatures);
    ByteWriter writer;
    writer.put(to_bytes(kObjectMagic));
    writer.u16(kObjectFormat);
    writer.u32(static_cast<std::uint32_t>(body.size()));
    writer.put(body);
    writer.u32(static_cast<std::uint32_t>(signatures.size()));
    writer.put(view_of(signatures));
    writer.put(blake2b(writer.bytes()));
    return writer.take();
}

Result<ClassifierObject> decode_object(ByteView bytes, const Expectation& expect) {
    TRIBUTARY_TRY(const Envelope parts, open(bytes));
    if (!std::ranges::equal(blake2b(parts.digested), parts.digest)) {
        return fail(Errc::mismatch, "the digest of the object does not fit its bytes");
    }
    TRIBUTARY_TRY(const Bytes plain, decompress(parts.body, kObjectLimit));
    TRIBUTARY_TRY(ClassifierObject object, read_body(plain, expect));
    format::Signatures list;
    if (!list.ParseFromArray(parts.signatures.data(), static_cast<int>(parts.signatures.size()))) {
        return fail(Errc::corrupt, "the signatures of the object cannot be parsed");
    }
    for (const format::Signature& entry : list.signatures()) {
        object.signatures.push_back({entry.signer(), to_bytes(entry.bytes())});
    }
    TRIBUTARY_CHECK(check_object(object));
    // One object has one encoding: what would be written differently is not accepted.
    if (!std::ranges::equal(view_of(plain_body(object)), plain) ||
        !std::ranges::equal(view_of(plain_signatures(object.signatures)), parts.signatures)) {
        return fail(Errc::corrupt, "the object is not in canonical form");
    }
    return object;
}

Result<Digest> content_digest(ByteView encoded) {
    TRIBUTARY_TRY(const Envelope parts, open(encoded));
    return blake2b(parts.content);
}

}  // namespace tributary::classifier
