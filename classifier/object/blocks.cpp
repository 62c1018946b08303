#include "classifier/object/blocks.hpp"

#include <algorithm>
#include <bit>

namespace tributary::classifier {

namespace {

// Descriptors of the columnar block; they cover the features from the first to the last.
constexpr std::uint8_t kConstant = 0;  // + value: every row holds it
constexpr std::uint8_t kNumeric = 1;   // a byte a row
constexpr std::uint8_t kGroup = 2;     // + size: a byte a row, 0 or 1 + the feature that is 255
constexpr std::size_t kGroupLimit = 254;

// Marks of the coefficient block.
constexpr std::uint8_t kFree = 0;
constexpr std::uint8_t kPositiveBound = 1;
constexpr std::uint8_t kNegativeBound = 2;

struct Segment {
    std::uint8_t kind = kConstant;
    std::size_t first = 0;  ///< feature
    std::size_t size = 1;
    std::uint8_t value = 0;
};

bool is_constant(const FeatureMatrix& rows, std::size_t feature) {
    for (std::size_t i = 1; i < rows.rows(); ++i) {
        if (rows.row(i)[feature] != rows.row(0)[feature]) return false;
    }
    return true;
}

/// Adds a feature to `taken` (1 for each row where a feature of the group is set) if it is a bit
/// that excludes the others.
bool joins_group(const FeatureMatrix& rows, std::size_t feature, std::vector<std::uint8_t>& taken) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const std::uint8_t cell = rows.row(i)[feature];
        if (cell != 0 && (cell != 255 || taken[i] != 0)) return false;
    }
    for (std::size_t i = 0; i < rows.rows(); ++i) taken[i] |= rows.row(i)[feature];
    return true;
}

std::vector<Segment> plan(const FeatureMatrix& rows) {
    std::vector<Segment> segments;
    std::size_t feature = 0;
    while (feature < rows.width()) {
        std::vector<std::uint8_t> taken(rows.rows(), 0);
        Segment segment{kNumeric, feature, 1, 0};
        if (rows.rows() == 0 || is_constant(rows, feature)) {
            segment.kind = kConstant;
            segment.value = rows.rows() == 0 ? std::uint8_t{0} : rows.row(0)[feature];
        } else if (joins_group(rows, feature, taken)) {
            segment.kind = kGroup;
            while (segment.size < kGroupLimit && feature + segment.size < rows.width() &&
                   joins_group(rows, feature + segment.size, taken)) {
                ++segment.size;
            }
        }
        segments.push_back(segment);
        feature += segment.size;
    }
    return segments;
}

std::uint8_t category(FeatureRow row, const Segment& segment) {
    for (std::size_t k = 0; k < segment.size; ++k) {
        if (row[segment.first + k] != 0) return static_cast<std::uint8_t>(k + 1);
    }
    return 0;
}

Result<std::vector<Segment>> read_plan(ByteReader& reader, std::size_t width) {
    std::vector<Segment> segments;
    std::size_t feature = 0;
    while (feature < width) {
        Segment segment{reader.u8(), feature, 1, 0};
        if (segment.kind == kConstant) segment.value = reader.u8();
        if (segment.kind == kGroup) segment.size = reader.u8();
        const bool fits = segment.kind <= kGroup && segment.size >= 1 &&
                          segment.size <= kGroupLimit && segment.size <= width - feature;
        if (!reader.ok() || !fits) {
            return fail(Errc::corrupt, "a column of the vectors is described wrongly");
        }
        segments.push_back(segment);
        feature += segment.size;
    }
    return segments;
}

/// Writes one column of the block into row-major cells.
Status fill(const Segment& segment, ByteView column, std::size_t width,
            std::vector<std::uint8_t>& cells) {
    for (std::size_t i = 0; i < cells.size() / width; ++i) {
        std::uint8_t* const cell = cells.data() + i * width + segment.first;
        if (segment.kind == kConstant) {
            *cell = segment.value;
        } else if (segment.kind == kNumeric) {
            *cell = column[i];
        } else if (column[i] > segment.size) {
            return fail(Errc::corrupt, "a vector names a category that its group does not have");
        } else if (column[i] != 0) {
            cell[column[i] - 1] = 255;
        }
    }
    return {};
}

float bound(const Costs& costs, std::uint8_t mark, std::uint8_t weight) {
    return mark == kPositiveBound ? static_cast<float>(costs.positive * weight)
                                  : -static_cast<float>(costs.negative * weight);
}

}  // namespace

Bytes encode_columns(const FeatureMatrix& rows) {
    ByteWriter writer;
    const std::vector<Segment> segments = plan(rows);
    for (const Segment& segment : segments) {
        writer.u8(segment.kind);
        if (segment.kind == kConstant) writer.u8(segment.value);
        if (segment.kind == kGroup) writer.u8(static_cast<std::uint8_t>(segment.size));
    }
    for (const Segment& segment : segments) {
        if (segment.kind == kConstant) continue;
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            const FeatureRow row = rows.row(i);
            writer.u8(segment.kind == kNumeric ? row[segment.first] : category(row, segment));
        }
    }
    return writer.take();
}

Result<FeatureMatrix> decode_columns(ByteView block, std::size_t rows, std::size_t width) {
    ByteReader reader(block);
    TRIBUTARY_TRY(const std::vector<Segment> segments, read_plan(reader, width));
    const auto columns = static_cast<std::size_t>(std::ranges::count_if(
        segments, [](const Segment& segment) { return segment.kind != kConstant; }));
    if (reader.remaining() != columns * rows) {
        return fail(Errc::corrupt, "the vectors take " + std::to_string(reader.remaining()) +
                                       " bytes instead of " + std::to_string(columns * rows));
    }
    std::vector<std::uint8_t> cells(rows * width, 0);
    for (const Segment& segment : segments) {
        const ByteView column = segment.kind == kConstant ? ByteView{} : reader.take(rows);
        TRIBUTARY_CHECK(fill(segment, column, width, cells));
    }
    FeatureMatrix matrix(width);
    matrix.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i)
        matrix.append(FeatureRow(cells).subspan(i * width, width));
    return matrix;
}

Bytes encode_coefficients(std::span<const float> coefficients,
                          std::span<const std::uint8_t> weights, const Costs& costs) {
    Bytes marks;
    std::vector<std::uint32_t> free;
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
        const std::uint8_t mark = coefficients[i] > 0 ? kPositiveBound : kNegativeBound;
        const bool bounded = coefficients[i] == bound(costs, mark, weights[i]);
        marks.push_back(bounded ? mark : kFree);
        if (!bounded) free.push_back(std::bit_cast<std::uint32_t>(coefficients[i]));
    }
    // Byte planes: signs and exponents lie together, where zstd finds them alike.
    for (int plane = 3; plane >= 0; --plane) {
        for (const std::uint32_t bits : free) {
            marks.push_back(static_cast<std::uint8_t>(bits >> (8 * plane)));
        }
    }
    return marks;
}

Result<std::vector<float>> decode_coefficients(ByteView block,
                                               std::span<const std::uint8_t> weights,
                                               const Costs& costs) {
    ByteReader reader(block);
    const ByteView marks = reader.take(weights.size());
    const auto free = static_cast<std::size_t>(std::ranges::count(marks, kFree));
    if (!reader.ok() || reader.remaining() != 4 * free) {
        return fail(Errc::corrupt, "the coefficients do not take the bytes that they should");
    }
    const ByteView planes = reader.rest();
    std::vector<float> values;
    values.reserve(weights.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i] > kNegativeBound) return fail(Errc::corrupt, "a coefficient mark is unknown");
        if (marks[i] != kFree) {
            values.push_back(bound(costs, marks[i], weights[i]));
            continue;
        }
        std::uint32_t bits = 0;
        for (std::size_t plane = 0; plane < 4; ++plane)
            bits = bits << 8 | planes[plane * free + next];
        values.push_back(std::bit_cast<float>(bits));
        ++next;
    }
    return values;
}

Bytes encode_floats(std::span<const float> values) {
    ByteWriter writer;
    for (const float value : values) writer.u32(std::bit_cast<std::uint32_t>(value));
    return writer.take();
}

Result<std::vector<float>> decode_floats(ByteView block) {
    if (block.size() % 4 != 0) return fail(Errc::corrupt, "a block of numbers is cut short");
    ByteReader reader(block);
    std::vector<float> values(block.size() / 4);
    for (float& value : values) value = std::bit_cast<float>(reader.u32());
    return values;
}

}  // namespace tributary::classifier
