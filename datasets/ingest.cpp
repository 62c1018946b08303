#include "datasets/ingest.hpp"

#include <algorithm>
#include <utility>

#include "datasets/ingestion.hpp"
#include "datasets/packet/capture_merge.hpp"

namespace tributary::datasets {

namespace {

constexpr std::size_t kMaxFiles = 256;
constexpr std::uint32_t kMostEntries = 1U << 26;

using Paths = std::span<const std::filesystem::path>;

enum class Looks { like_export, like_piece, otherwise };

/// What a packet can be to a collector of exports.
Looks looks_of(const PacketInfo& info) {
    if (info.protocol != kProtocolUdp) return Looks::otherwise;
    switch (info.fragment) {
        case Fragment::whole: break;
        case Fragment::first:
            return begins_like_export(info.udp_payload) ? Looks::like_export : Looks::otherwise;
        case Fragment::later: return Looks::like_piece;
    }
    return looks_like_export(info.udp_payload) ? Looks::like_export : Looks::otherwise;
}

/// True when the first packets are all export datagrams to one port, or pieces of them.
bool holds_exports(const std::vector<Bytes>& packets, int link_type) {
    std::uint16_t port = 0;
    for (const Bytes& bytes : packets) {
        PacketInfo info;
        const Frame frame{link_type, bytes, static_cast<std::uint32_t>(bytes.size())};
        if (decode(frame, info) != Decoded::flow) return false;
        const Looks looks = looks_of(info);
        if (looks == Looks::otherwise) return false;
        if (looks == Looks::like_piece) continue;
        if (port != 0 && info.dst_port != port) return false;
        port = info.dst_port;
    }
    return port != 0;
}

/// The opened files and what is known of them.
struct Inputs {
    CaptureMerge merge;
    std::vector<std::string> names;
    std::vector<int> link_types;
    std::vector<bool> exports;
    bool any_exports = false;
    bool any_packets = false;
};

Result<Inputs> open_all(Paths files, const IngestOptions& options, IngestReport& report) {
    Inputs inputs;
    Error first_error;
    for (const std::filesystem::path& path : files) {
        auto file = open_capture(path, options.reader);
        if (!file) {
            if (report.damages.empty()) first_error = file.error();
            report.damages.push_back({path.string(), std::nullopt, file.error().message});
            continue;
        }
        const int link_type = (*file)->link_type();
        inputs.merge.add(std::move(*file));
        const std::size_t number = inputs.names.size();
        inputs.names.push_back(path.string());
        inputs.link_types.push_back(link_type);
        const bool exports = options.kind == InputKind::exports ||
                             (options.kind == InputKind::automatic &&
                              holds_exports(inputs.merge.first_packets(number), link_type));
        inputs.exports.push_back(exports);
        (exports ? inputs.any_exports : inputs.any_packets) = true;
    }
    if (inputs.names.empty()) return fail(first_error);
    report.files = inputs.names.size();
    return inputs;
}

Status check_options(Paths files, const IngestOptions& options) {
    if (files.empty()) {
        return fail(Errc::invalid_argument, "no capture was given: name at least one file");
    }
    if (files.size() > kMaxFiles) {
        return fail(Errc::limit_exceeded, "more than 256 files at once: ingest them in parts");
    }
    const auto within = [](std::uint32_t value) { return value >= 1 && value <= kMostEntries; };
    if (!within(options.max_flows) || !within(options.max_waiting)) {
        return fail(
            Errc::invalid_argument,
            "max_flows and max_waiting must be between 1 and 67108864: correct the options");
    }
    return {};
}

/// Hands the packets of the files on, as what their file holds.
class Feeder final : public PacketVisitor {
 public:
    Feeder(const Inputs& inputs, Ingestion& ingestion) : inputs_(inputs), ingestion_(ingestion) {}

    void take(const RawPacket& packet) override {
        const Frame frame{inputs_.link_types[file], packet.bytes, packet.wire_bytes};
        ingestion_.take(frame, packet.time, inputs_.exports[file]);
    }

    std::size_t file = 0;

 private:
    const Inputs& inputs_;
    Ingestion& ingestion_;
};

}  // namespace

Result<IngestReport> ingest(Paths files, const IngestOptions& options, const FlowSink& sink) {
    TRIBUTARY_CHECK(check_options(files, options));
    IngestReport report;
    TRIBUTARY_TRY(auto inputs, open_all(files, options, report));
    Ingestion ingestion(options, {inputs.any_packets, inputs.any_exports}, sink, report);
    Feeder feeder(inputs, ingestion);
    while (inputs.merge.visit(feeder, feeder.file) > 0) {
    }
    ingestion.finish();
    for (std::size_t i = 0; i < inputs.names.size(); ++i) {
        if (const auto& damage = inputs.merge.file(i).damage()) {
            report.damages.push_back({inputs.names[i], damage->offset, damage->cause});
        }
    }
    return report;
}

}  // namespace tributary::datasets
