#pragma once
// What a NetFlow v9 template says about its records, reduced to the fields that a flow needs.
// Invariant: a template has at most kMaxFields fields and its records have at least one byte.
// Values; no thread rule.
// Source: RFC 3954 §5, §6; docs/flows.md, "Exports".

#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::datasets {

/// Numbers of the information elements that are read (IPFIX names them alike).
enum class Element : std::uint16_t {
    bytes = 1,
    packets = 2,
    protocol = 4,
    tcp_flags = 6,
    src_port = 7,
    src_v4 = 8,
    dst_port = 11,
    dst_v4 = 12,
    last_uptime = 21,
    first_uptime = 22,
    out_bytes = 23,
    out_packets = 24,
    src_v6 = 27,
    dst_v6 = 28,
    icmp_type_code = 32,
    sampling_interval = 34,
    sampler_id = 48,
    sampler_interval = 50,
    src_vlan = 58,
    total_bytes = 85,
    total_packets = 86,
    icmp6_type_code = 139,
    start_seconds = 150,
    end_seconds = 151,
    start_ms = 152,
    end_ms = 153,
    initiator_bytes = 231,
    responder_bytes = 232,
    initiator_packets = 298,
    responder_packets = 299,
    selector_id = 302,
    packet_interval = 305,
};

struct TemplateField {
    std::uint16_t element = 0;
    std::uint16_t length = 0;  ///< kVariable: the record says
};

struct ExportTemplate {
    static constexpr std::uint16_t kVariable = 0xffff;
    static constexpr std::size_t kMaxFields = 512;

    std::vector<TemplateField> fields;
    bool is_options = false;   ///< records describe the exporter, not a flow
    std::size_t shortest = 0;  ///< bytes of a record whose variable fields are empty
};

/// Reads `count` field descriptions and judges the result.
/// @return  nothing when they are cut off, too many, or make an empty record
std::optional<ExportTemplate> read_template(ByteReader& reader, std::size_t count, bool is_options);

/// The values of one record, by element; an element that is missing or too long stays empty.
class ExportValues {
 public:
    /// @return  false when the record is cut off
    bool read(ByteReader& reader, const ExportTemplate& description);

    [[nodiscard]] std::optional<std::uint64_t> number(Element element) const;
    /// The first of these elements that is present.
    [[nodiscard]] std::uint64_t first_of(Element one, Element other, std::uint64_t fallback) const;
    [[nodiscard]] ByteView bytes(Element element) const;

 private:
    static constexpr std::size_t kElements = 306;
    struct Seen {
        std::uint32_t record = 0;  ///< of the record to which the value belongs
        ByteView value;
    };
    std::vector<Seen> seen_ = std::vector<Seen>(kElements);
    std::uint32_t record_ = 0;
};

}  // namespace tributary::datasets
