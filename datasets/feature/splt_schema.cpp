#include "datasets/feature/splt_schema.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "datasets/feature/flow_schema.hpp"
#include "datasets/feature/scale.hpp"
#include "datasets/flow/flow_key.hpp"
#include "datasets/flow/packet_sequence.hpp"

namespace tributary::datasets {
namespace {

constexpr std::size_t kFirst = PacketSequence::kPackets;
constexpr double kSizeDivisor = 11;
constexpr double kGapDivisor = 32;
constexpr double kWindowDivisor = 16;
constexpr const char* kUnknown = "0 with has_sequence 0";
constexpr const char* kSizeTransform = "log2(1+x)/11, at most 1";
constexpr const char* kGapTransform = "log2(1+x)/32, at most 1";

std::vector<Feature> first_packet_features() {
    const char* const sizes =
        "the sizes of the first messages to a tenth of an octave, by which content may be known";
    const char* const rhythm = "the rhythm of the first messages to an eighth of an octave";
    std::vector<Feature> features;
    for (std::size_t i = 1; i <= kFirst; ++i) {
        const std::string packet = "packet " + std::to_string(i) + " with payload";
        features.push_back(
            {"size_" + std::to_string(i),
             "payload of " + packet + ", negative from destination to source", "bytes",
             "(1 + s log2(1+abs(x))/11)/2, s the sign of x, within 0 and 1; 0 without it", kUnknown,
             sizes});
    }
    for (std::size_t i = 1; i <= kFirst; ++i) {
        const std::string packet = "packet " + std::to_string(i) + " with payload";
        features.push_back({"gap_" + std::to_string(i),
                            "from the packet with payload before to " + packet + "; 0 of the first",
                            "us", kGapTransform, kUnknown, rhythm});
    }
    return features;
}

void append_range(std::vector<Feature>& features, const std::string& name, const std::string& what,
                  const char* unit, const char* transform) {
    for (const char* kind : {"min", "mean", "std", "max"}) {
        features.push_back({name + "_" + kind, std::string(kind) + " of " + what, unit, transform,
                            kUnknown, "the typical message, not its content"});
    }
}

std::vector<Feature> splt_features() {
    std::vector<Feature> features{{"has_sequence", "the source of the record gives single packets",
                                   "bit", "0 or 1", "0", "whether the packets are known"},
                                  {"payload_packets", "packets with payload, of the first 16",
                                   "packets", "x/16", kUnknown, "whether data was sent"}};
    for (Feature& feature : first_packet_features()) features.push_back(std::move(feature));
    const auto side = [&features](const std::string& name, const std::string& direction) {
        append_range(features, "size_" + name, "the payload of packets with payload " + direction,
                     "bytes", kSizeTransform);
        append_range(features, "gap_" + name, "the gaps between packets with payload " + direction,
                     "us", kGapTransform);
    };
    side("fwd", "from source to destination");
    side("bwd", "from destination to source");
    const auto window = [&features](const char* name, const char* sender) {
        features.push_back({name, std::string("window of the first TCP packet of the ") + sender,
                            "bytes", "log2(1+x)/16, at most 1", kUnknown,
                            "the kind of operating system"});
    };
    window("window_fwd", "source");
    window("window_bwd", "destination");
    features.push_back({"has_window", "a first TCP window is known", "bit", "0 or 1", "0",
                        "whether the windows are known"});
    TRIBUTARY_ASSERT(features.size() == kSpltWidth);
    return features;
}

std::vector<Feature> flowx_features() {
    std::vector<Feature> features = flow_schema().features();
    for (Feature& feature : splt_features()) features.push_back(std::move(feature));
    return features;
}

/// Writes numbers one after the other.
class SpltWriter {
 public:
    explicit SpltWriter(std::span<std::uint8_t> row) : row_(row) {}

    void number(double value) { row_[next_++] = quantize(value); }
    void size(double bytes) { number(log2_scale(bytes, kSizeDivisor)); }
    void gap(double micros) { number(log2_scale(micros, kGapDivisor)); }
    void skip(std::size_t count) { next_ += count; }
    template <typename Write>
    void range(const RunningRange& range, Write write) {
        for (const double value : {range.least(), range.mean(), range.deviation(), range.most()}) {
            (this->*write)(value);
        }
    }
    [[nodiscard]] std::size_t written() const { return next_; }

 private:
    std::span<std::uint8_t> row_;
    std::size_t next_ = 0;
};

void write_first(const PacketSequence& sequence, std::uint8_t forward, SpltWriter& out) {
    for (std::size_t i = 0; i < sequence.count; ++i) {
        const PacketSequence::Packet& packet = sequence.first[i];
        const double size = log2_scale(packet.bytes, kSizeDivisor);
        out.number((1 + (packet.side == forward ? size : -size)) / 2);
    }
    out.skip(kFirst - sequence.count);
    Micros before = sequence.count > 0 ? sequence.first[0].time : Micros(0);
    for (std::size_t i = 0; i < sequence.count; ++i) {
        const Micros time = sequence.first[i].time;
        out.gap(static_cast<double>(std::max(Micros(0), time - before).count()));
        before = time;
    }
    out.skip(kFirst - sequence.count);
}

}  // namespace

const Schema& splt_schema() {
    static const Schema schema("splt/1", splt_features());
    return schema;
}

const Schema& flowx_schema() {
    static const Schema schema("flowx/1", flowx_features());
    return schema;
}

bool needs_sequences(const Schema& schema) {
    return schema.hash() == splt_schema().hash() || schema.hash() == flowx_schema().hash();
}

void encode_splt(const FlowRecord& flow, std::span<std::uint8_t> row) {
    TRIBUTARY_ASSERT(row.size() == kSpltWidth);
    std::fill(row.begin(), row.end(), std::uint8_t{0});
    if (flow.sequence == nullptr) return;
    const PacketSequence& sequence = *flow.sequence;
    const std::uint8_t forward =
        make_key({flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol, 0}).side;
    SpltWriter out(row);
    out.number(1);
    out.number(linear_scale(sequence.count, kFirst));
    write_first(sequence, forward, out);
    for (const std::size_t side : {std::size_t{forward}, std::size_t{1} - forward}) {
        out.range(sequence.sides[side].bytes, &SpltWriter::size);
        out.range(sequence.sides[side].gaps_us, &SpltWriter::gap);
    }
    const PacketSequence::Side& source = sequence.sides[forward];
    const PacketSequence::Side& destination = sequence.sides[1 - forward];
    out.number(log2_scale(source.window, kWindowDivisor));
    out.number(log2_scale(destination.window, kWindowDivisor));
    out.number(source.has_window || destination.has_window ? 1 : 0);
    TRIBUTARY_ASSERT(out.written() == row.size());
}

}  // namespace tributary::datasets
