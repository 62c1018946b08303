#pragma once
// NetFlow v5 and v9: the datagrams of flow exporters become unidirectional flow records.
// Invariants: no datagram can make this fail, grow without bound or read outside itself; what does
// not follow the format is counted. One thread.
// Source: RFC 3954; docs/flows.md, "Exports".

#include <functional>
#include <map>
#include <tuple>

#include "datasets/flow/exporter.hpp"

namespace tributary::datasets {

/// True when the payload is as a whole a NetFlow v5 datagram, or begins as a v9 datagram must.
bool looks_like_netflow(ByteView payload);

class NetflowDecoder {
 public:
    /// Receives each flow record; `forward` is the direction that the exporter saw.
    using Sink = std::function<void(const FlowRecord&)>;
    static constexpr std::size_t kMaxExporters = 1024;

    struct Counts {
        std::uint64_t datagrams = 0;
        std::uint64_t records = 0;         ///< flow records
        std::uint64_t option_records = 0;  ///< records about the exporter
        std::uint64_t templates = 0;
        std::uint64_t templates_unknown = 0;  ///< data sets that came before their template
        std::uint64_t sequence_gaps = 0;
        std::uint64_t sampled = 0;
        std::uint64_t unusable = 0;  ///< flow records without addresses or packets
        std::uint64_t damaged = 0;   ///< datagrams that do not follow the format to their end
        std::uint64_t exporters = 0;
    };

    explicit NetflowDecoder(Sink sink) : sink_(std::move(sink)) {}

    /// @param exporter  who sent it
    /// @return          false when it does not follow the format to its end (counted)
    bool decode(const Address& exporter, ByteView datagram);

    [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
    /// Version, address, source id (v5: engine).
    using ExporterKey = std::tuple<std::uint16_t, Address, std::uint32_t>;
    struct Known {
        Exporter exporter;
        std::uint64_t last_used = 0;
    };

    Exporter& exporter_for(const ExporterKey& key);
    bool decode_v5(const Address& exporter, ByteReader& reader);
    void decode_v5_record(ByteReader& reader, const Exporter& exporter, const ExportTime& time,
                          std::uint32_t sampling);
    bool decode_v9(const Address& exporter, ByteReader& reader);
    bool read_templates(ByteReader& set, Exporter& exporter);
    bool read_option_templates(ByteReader& set, Exporter& exporter);
    void install(std::uint16_t id, ExportTemplate description, Exporter& exporter);
    bool decode_data(std::uint16_t id, ByteView set, Exporter& exporter, const ExportTime& time);
    void read_records(ByteReader& set, const ExportTemplate& description, Exporter& exporter,
                      const ExportTime& time);
    void take_options(Exporter& exporter);
    void take_flow(const Exporter& exporter, const ExportTime& time);
    void deliver(FlowRecord& record, std::uint32_t sampling);

    Sink sink_;
    Counts counts_;
    std::map<ExporterKey, Known> exporters_;
    std::uint64_t uses_ = 0;
    ExportValues values_;
};

}  // namespace tributary::datasets
