#pragma once
// The datagrams of flow exporters (NetFlow v5 and v9, IPFIX, sFlow v5) become unidirectional flow
// records. Invariants: no datagram can make this fail, grow without bound or read outside itself;
// what does not follow its format is counted. Templates and options never cross from one exporter
// to another. One thread.
// Source: RFC 3954, RFC 7011, RFC 5103, sFlow Version 5; docs/flows.md, "Exports".

#include <array>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "datasets/export/export_record.hpp"
#include "datasets/export/exporter.hpp"

namespace tributary::datasets {

/// True when the payload as a whole can be an export datagram of a known version.
bool looks_like_export(ByteView payload);
/// True when an export datagram that was sent in several IP fragments can begin so.
bool begins_like_export(ByteView first_piece);

/// Who sent a datagram. Two exporters behind one address differ in the port.
struct Sender {
    Address address;
    std::uint16_t port = 0;

    auto operator<=>(const Sender&) const = default;
};

class ExportDecoder {
 public:
    /// Receives the flow records of a datagram, several at once, to be used up during the call;
    /// `forward` is the direction that the exporter saw.
    using Sink = std::function<void(std::span<FlowRecord>)>;
    static constexpr std::size_t kBatch = 32;  ///< records at once
    static constexpr std::size_t kMaxExporters = 1024;

    struct Counts {
        std::uint64_t datagrams = 0;
        std::uint64_t records = 0;         ///< flow records; sFlow: flow samples
        std::uint64_t option_records = 0;  ///< records about the exporter; sFlow: other samples
        std::uint64_t templates = 0;
        std::uint64_t templates_unknown = 0;  ///< data sets that came before their template
        std::uint64_t sequence_gaps = 0;      ///< times that a sequence number jumped ahead
        std::uint64_t sequence_lost = 0;      ///< records (v9, sFlow: datagrams) in these gaps
        std::uint64_t sampled = 0;            ///< flow records scaled by a rate above one
        std::uint64_t unusable = 0;           ///< flow records without addresses or packets
        std::uint64_t damaged = 0;  ///< datagrams that do not follow the format to their end
        std::uint64_t exporters = 0;
    };

    /// @param records  receives every record as it was sent as well; may be empty
    explicit ExportDecoder(Sink sink, ExportRecordSink records = {})
        : sink_(std::move(sink)), records_(std::move(records)) {}

    /// @param arrival  when it came; sFlow carries no time of day
    /// @return         false when it does not follow the format to its end (counted)
    bool decode(const Sender& sender, ByteView datagram, Micros arrival);

    [[nodiscard]] const Counts& counts() const { return counts_; }
    /// From the end of a record to the moment it was sent, the longest so far.
    [[nodiscard]] Micros longest_delay() const { return longest_delay_; }
    /// From the start of a record to its end, the longest so far.
    [[nodiscard]] Micros longest_record() const { return longest_record_; }

 private:
    /// Version, sender, source id.
    using ExporterKey = std::tuple<std::uint16_t, Sender, std::uint32_t>;
    struct Known {
        Exporter exporter;
        std::uint64_t last_used = 0;
    };
    /// What is common to the sets of one datagram.
    struct Message {
        ExporterKey key;
        Exporter& exporter;
        ExportTime time;
        std::uint64_t late_records = 0;  ///< of earlier messages, whose template came now
    };

    [[nodiscard]] std::uint64_t data_records() const {
        return counts_.records + counts_.option_records;
    }
    Exporter& exporter_for(const ExporterKey& key);
    void follow(Exporter& exporter, std::uint32_t sequence, std::uint32_t units);

    bool decode_v5(const Sender& sender, ByteView datagram);
    void tell_v5(const ExporterKey& key, const ExportTime& time, const std::uint8_t* record);

    bool decode_v9(const Sender& sender, ByteView datagram);
    bool read_v9_set(std::uint16_t id, ByteReader& set, Message& message);

    bool decode_ipfix(const Sender& sender, ByteView datagram);
    bool read_ipfix_set(std::uint16_t id, ByteReader& set, Message& message);
    bool read_ipfix_templates(ByteReader& set, bool are_options, Message& message);

    bool install(std::uint16_t id, std::optional<ExportTemplate> description, Message& message);
    bool decode_data(std::uint16_t id, ByteView set, Message& message);
    [[nodiscard]] const ExportTemplate* find_template(std::uint16_t id,
                                                      const Message& message) const;
    void read_record(const ExportTemplate& description, const RecordView& fields, Message& message);
    void take_options(const RecordView& fields, Message& message);
    void take_flow(const RecordView& fields, Message& message);
    static void learn_uptime(const RecordView& fields, Message& message);
    void tell(const ExporterKey& key, Micros sent, std::uint16_t template_id, bool is_options);

    bool decode_sflow(const Sender& sender, ByteView datagram, Micros arrival);
    bool read_flow_sample(ByteReader& sample, bool is_expanded, const ExporterKey& key,
                          Micros time);
    void tell_packet(const FlowRecord& packet, std::uint32_t rate, const ExporterKey& key);

    /// Where the next record is to be written, whatever stands there.
    FlowRecord& next_record() { return batch_[filled_]; }
    void deliver(std::uint64_t sampling, Micros sent);
    void give_batch();

    Sink sink_;
    ExportRecordSink records_;
    Counts counts_;
    std::map<ExporterKey, Known> exporters_;
    std::uint64_t uses_ = 0;
    Micros longest_delay_{0};
    Micros longest_record_{0};
    std::vector<ExportField> fields_;  ///< of the record that is told
    std::array<FlowRecord, kBatch> batch_;
    std::size_t filled_ = 0;
};

}  // namespace tributary::datasets
