// Any bytes as a record batch, and any bytes inside the compression of one; what is accepted can be
// written and read again.
#include "base/assert.hpp"
#include "base/compress.hpp"
#include "datasets/batch_codec.hpp"

namespace {

namespace datasets = tributary::datasets;

void check(tributary::ByteView bytes) {
    const auto records = datasets::decode_records(bytes);
    if (!records) return;
    TRIBUTARY_ASSERT(records->schema != nullptr);
    TRIBUTARY_ASSERT(records->labels.size() == records->features.rows());
    const auto encoded = datasets::encode_records(*records);
    TRIBUTARY_ASSERT(encoded.has_value());
    const auto again = datasets::decode_records(*encoded);
    TRIBUTARY_ASSERT(again && again->features == records->features &&
                     again->labels == records->labels);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tributary::ByteView bytes(data, size);
    check(bytes);
    const tributary::Bytes packed = tributary::compress(bytes, 1);
    tributary::ByteWriter writer;
    writer.put(tributary::to_bytes("TRIBATCH"));
    writer.u16(1);
    writer.u32(static_cast<std::uint32_t>(packed.size()));
    writer.put(packed);
    check(writer.bytes());
    return 0;
}
