#include "datasets/batch_codec.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "base/compress.hpp"

namespace tributary::datasets {

namespace {

constexpr std::string_view kBatchMagic = "TRIBATCH";

void put_text(ByteWriter& writer, std::string_view text) {
    writer.u16(static_cast<std::uint16_t>(text.size()));
    writer.put(to_bytes(text));
}

Result<std::string> take_text(ByteReader& reader, const char* what) {
    const std::size_t size = reader.u16();
    if (size > kClassNameLimit) {
        return fail(Errc::limit_exceeded, std::string(what) + " is longer than the limit");
    }
    const std::string text(as_text(reader.take(size)));
    if (!reader.ok()) return fail(Errc::corrupt, std::string("record batch ends in ") + what);
    return text;
}

/// Every class of the labels and the coverage, once; the empty one (unknown) included if it occurs.
Result<std::vector<ClassName>> class_table(const RowsInRuns& rows) {
    std::set<ClassName> names(rows.coverage->begin(), rows.coverage->end());
    for (const LabelRun& run : rows.runs) names.insert(run.label);
    const bool too_long = std::ranges::any_of(
        names, [](const ClassName& name) { return name.size() > kClassNameLimit; });
    if (names.size() > kClassLimit || too_long) {
        return fail(Errc::limit_exceeded,
                    "a record batch holds too many classes, or a class name is too long");
    }
    return std::vector<ClassName>(names.begin(), names.end());
}

std::size_t count_rows(std::span<const LabelRun> runs) {
    std::size_t rows = 0;
    for (const LabelRun& run : runs) rows += run.rows;
    return rows;
}

Bytes header_of(const RowsInRuns& rows, const std::vector<ClassName>& classes) {
    ByteWriter plain;
    put_text(plain, rows.schema->name());
    plain.put(rows.schema->hash());
    plain.u16(static_cast<std::uint16_t>(classes.size()));
    for (const ClassName& name : classes) {
        put_text(plain, name);
        plain.u8(rows.coverage->contains(name) ? 1 : 0);
    }
    plain.u32(static_cast<std::uint32_t>(count_rows(rows.runs)));
    return plain.take();
}

/// @param classes  sorted
void put_labels(Bytes& plain, std::span<const LabelRun> runs,
                const std::vector<ClassName>& classes) {
    for (const LabelRun& run : runs) {
        const auto number = std::ranges::lower_bound(classes, run.label) - classes.begin();
        std::size_t at = plain.size();
        plain.resize(at + run.rows * sizeof(std::uint16_t));
        for (; at < plain.size(); at += sizeof(std::uint16_t)) {
            plain[at] = static_cast<std::uint8_t>(number);
            plain[at + 1] = static_cast<std::uint8_t>(number >> 8);
        }
    }
}

std::vector<LabelRun> runs_of(std::span<const ClassName> labels) {
    std::vector<LabelRun> runs;
    for (const ClassName& label : labels) {
        if (runs.empty() || runs.back().label != label) runs.push_back({label, 0});
        ++runs.back().rows;
    }
    return runs;
}

struct Header {
    const Schema* schema = nullptr;
    std::vector<ClassName> classes;
    Coverage coverage;
    std::uint32_t rows = 0;
};

Result<Header> read_header(ByteReader& reader) {
    Header header;
    TRIBUTARY_TRY(const std::string name, take_text(reader, "the schema's name"));
    const ByteView hash = reader.take(Digest{}.size());
    if (!reader.ok()) return fail(Errc::corrupt, "record batch ends in the schema's hash");
    TRIBUTARY_TRY(header.schema, find_schema(name));
    if (!std::ranges::equal(hash, header.schema->hash())) {
        return fail(Errc::mismatch, "the record batch was made under another " + name +
                                        "; make it again with this program");
    }
    const std::size_t classes = reader.u16();
    if (classes > kClassLimit) return fail(Errc::limit_exceeded, "too many classes in the batch");
    for (std::size_t i = 0; i < classes; ++i) {
        TRIBUTARY_TRY(ClassName class_name, take_text(reader, "a class name"));
        if (reader.u8() != 0) header.coverage.insert(class_name);
        header.classes.push_back(std::move(class_name));
    }
    header.rows = reader.u32();
    if (!reader.ok()) return fail(Errc::corrupt, "record batch ends in its header");
    return header;
}

/// The packed part of the batch that begins here.
Result<ByteView> take_packed(ByteReader& reader) {
    if (as_text(reader.take(kBatchMagic.size())) != kBatchMagic) {
        return fail(Errc::corrupt, "this is not a record batch: it does not begin with TRIBATCH");
    }
    if (const std::uint16_t version = reader.u16(); version != kBatchFormat) {
        return fail(Errc::mismatch, "record batch of format " + std::to_string(version) +
                                        "; this program reads format " +
                                        std::to_string(kBatchFormat));
    }
    const ByteView packed = reader.take(reader.u32());
    if (!reader.ok()) return fail(Errc::corrupt, "record batch is cut short");
    return packed;
}

Result<LabelledRecords> decode_part(const Bytes& plain) {
    ByteReader reader(plain);
    TRIBUTARY_TRY(const Header header, read_header(reader));
    const std::size_t row_bytes = header.schema->width() + sizeof(std::uint16_t);
    if (reader.remaining() != header.rows * row_bytes) {
        return fail(Errc::corrupt, "record batch states " + std::to_string(header.rows) +
                                       " rows but holds another number of bytes");
    }
    LabelledRecords records = LabelledRecords::empty(*header.schema, header.coverage);
    records.features.reserve(header.rows);
    for (std::uint32_t i = 0; i < header.rows; ++i) {
        const std::uint16_t label = reader.u16();
        if (label >= header.classes.size()) {
            return fail(Errc::corrupt, "record batch: row " + std::to_string(i) +
                                           " has a class that is not in its table");
        }
        records.labels.push_back(header.classes[label]);
    }
    for (std::uint32_t i = 0; i < header.rows; ++i) {
        records.features.append(reader.take(header.schema->width()));
    }
    return records;
}

}  // namespace

Result<Bytes> encode_records(const LabelledRecords& records, int level) {
    Bytes whole;
    TRIBUTARY_CHECK(RecordEncoder(level).append(records, whole));
    return whole;
}

Status RecordEncoder::append(const LabelledRecords& records, Bytes& target) {
    TRIBUTARY_ASSERT(records.schema != nullptr);
    const std::vector<LabelRun> runs = runs_of(records.labels);
    return append(RowsInRuns{records.schema, &records.coverage, runs, records.features.cells()},
                  target);
}

Status RecordEncoder::append(const RowsInRuns& rows, Bytes& target) {
    const std::size_t count = count_rows(rows.runs);
    TRIBUTARY_ASSERT(count * rows.schema->width() == rows.cells.size());
    TRIBUTARY_TRY(const std::vector<ClassName> classes, class_table(rows));
    const Bytes header = header_of(rows, classes);
    plain_.assign(header.begin(), header.end());  // keeps its memory
    // At once: growing by doubling would touch the memory of a large batch several times.
    plain_.reserve(plain_.size() + count * sizeof(std::uint16_t) + rows.cells.size());
    put_labels(plain_, rows.runs, classes);
    plain_.insert(plain_.end(), rows.cells.begin(), rows.cells.end());
    if (plain_.size() > kBatchBytesLimit) {
        return fail(Errc::limit_exceeded, "the record batch is larger than the limit");
    }
    ByteWriter head;
    head.put(to_bytes(kBatchMagic));
    head.u16(kBatchFormat);
    target.insert(target.end(), head.bytes().begin(), head.bytes().end());
    const std::size_t size_at = target.size();
    target.resize(size_at + sizeof(std::uint32_t));
    compressor_.append(plain_, target);
    ByteWriter size;
    size.u32(static_cast<std::uint32_t>(target.size() - size_at - sizeof(std::uint32_t)));
    std::ranges::copy(size.bytes(), target.begin() + static_cast<std::ptrdiff_t>(size_at));
    return {};
}

Result<LabelledRecords> decode_records(ByteView bytes) {
    ByteReader reader(bytes);
    std::optional<LabelledRecords> records;
    std::size_t room = kBatchBytesLimit;
    do {
        TRIBUTARY_TRY(const ByteView packed, take_packed(reader));
        TRIBUTARY_TRY(const Bytes plain, decompress(packed, room));
        room -= plain.size();
        TRIBUTARY_TRY(LabelledRecords part, decode_part(plain));
        if (records && records->schema != part.schema) {
            return fail(Errc::mismatch, "record batches of different schemas follow each other: " +
                                            records->schema->name() + " and " +
                                            part.schema->name());
        }
        if (records) {
            records->append(part);
        } else {
            records = std::move(part);
        }
    } while (reader.remaining() > 0);
    return std::move(*records);
}

}  // namespace tributary::datasets
