#pragma once
// One export record under its layout -> one flow record. The fields mean the same in NetFlow v9 and
// IPFIX. Pure functions; any thread.
// Source: docs/flows.md, "Exports".

#include "datasets/export/exporter.hpp"

namespace tributary::datasets {

/// How often packets were sampled according to a record: 0 when it does not say.
std::uint64_t stated_sampling(const RecordView& fields);

/// The flow of a record, unscaled; without packets when it cannot be told whose they are.
/// @param exporter  gives wall times to uptimes
/// @param record    empty, or filled by an earlier call: one object serves for many records
void read_flow(const RecordView& fields, const ExportTime& time, const Exporter& exporter,
               FlowRecord& record);

}  // namespace tributary::datasets
