#pragma once
// An export record as its exporter sent it, before it becomes a flow: for `flows --records` and for
// comparing with other collectors. The views are valid during the call that receives the record.
// Source: docs/formats.md, "export records".

#include <functional>
#include <span>

#include "base/bytes.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

struct ExportField {
    std::uint32_t enterprise = 0;
    std::uint16_t element = 0;
    ByteView value;
};

struct ExportRecord {
    std::uint16_t version = 0;  ///< 5, 9, 10 (IPFIX); sFlow v5 is kSflowVersion
    Address exporter;
    std::uint32_t domain = 0;       ///< v5: engine; v9: source id; sFlow: sub-agent
    std::uint16_t template_id = 0;  ///< 0: the format has none
    bool is_options = false;        ///< describes the exporter, not a flow
    Micros sent{0};
    std::span<const ExportField> fields;
};

inline constexpr std::uint16_t kSflowVersion = 105;

using ExportRecordSink = std::function<void(const ExportRecord&)>;

}  // namespace tributary::datasets
