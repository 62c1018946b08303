#pragma once
// Labelled records <-> bytes: the journal of a site and `flows --format batch`. These bytes never
// leave the site. Format (docs/formats.md, "record batch"): magic "TRIBATCH", u16 version, u32 size
// of the packed part, one zstd frame. Batches of one schema may follow each other, so that a long
// stream needs little memory. Everything is checked before memory is taken. Any thread.

#include <span>

#include "base/bytes.hpp"
#include "base/compress.hpp"
#include "base/result.hpp"
#include "datasets/label/label.hpp"

namespace tributary::datasets {

inline constexpr std::uint16_t kBatchFormat = 1;
/// Most that is decompressed, in bytes, in one batch or several that follow each other.
inline constexpr std::size_t kBatchBytesLimit = std::size_t{256} << 20;
inline constexpr std::size_t kClassLimit = 1024;     ///< different classes in one batch
inline constexpr std::size_t kClassNameLimit = 128;  ///< bytes of one class name

/// @param level  of zstd; lower for a stream that is read at once
/// @error        limit_exceeded
Result<Bytes> encode_records(const LabelledRecords& records, int level = kCompressionLevel);

/// So many rows one behind the other carry the label.
struct LabelRun {
    ClassName label;  ///< empty: unknown
    std::size_t rows = 0;
};

/// Rows of one schema and their labels in runs, as a stream gathers them.
struct RowsInRuns {
    const Schema* schema = nullptr;
    const Coverage* coverage = nullptr;  ///< of the source that gave the labels
    std::span<const LabelRun> runs;
    FeatureRow cells;  ///< all rows, one behind the other
};

/// Encodes one batch after the other in the same working memory, as a long stream needs it. One
/// thread.
class RecordEncoder {
 public:
    explicit RecordEncoder(int level) : compressor_(level) {}

    /// Appends one batch.
    /// @error limit_exceeded
    Status append(const LabelledRecords& records, Bytes& target);
    Status append(const RowsInRuns& rows, Bytes& target);

 private:
    Compressor compressor_;
    Bytes plain_;
};

/// @param bytes  one batch or more
/// @error corrupt, limit_exceeded, mismatch (format version, or a schema that this program does
///        not know or knows differently, by name)
Result<LabelledRecords> decode_records(ByteView bytes);

}  // namespace tributary::datasets
