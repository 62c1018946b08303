// Any bytes as an encoded object: refused, or decoded into what encodes to the same bytes. The body
// is tried a second time in an envelope that fits it, so that mutations get past the digest.
#include "base/assert.hpp"
#include "base/compress.hpp"
#include "base/hash.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/predict/predictor.hpp"

namespace {

using tributary::Bytes;
using tributary::ByteView;
namespace classifier = tributary::classifier;

void try_object(ByteView bytes) {
    const auto object = classifier::decode_object(bytes);
    if (!object) return;
    const auto again = classifier::encode_object(*object);
    TRIBUTARY_ASSERT(again && *classifier::decode_object(*again) == *object);
    const Bytes row(object->model.width(), 128);
    const double score = classifier::Predictor(object->model).score(row);
    static_cast<void>(score);
}

Bytes in_envelope(ByteView body) {
    tributary::ByteWriter writer;
    writer.put(tributary::to_bytes("TRBOBJ\r\n"));
    writer.u16(classifier::kObjectFormat);
    const Bytes packed = tributary::compress(body);
    writer.u32(static_cast<std::uint32_t>(packed.size()));
    writer.put(packed);
    writer.u32(0);
    writer.put(tributary::blake2b(writer.bytes()));
    return writer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    try_object(input);
    try_object(in_envelope(input));
    return 0;
}
