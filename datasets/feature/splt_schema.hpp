#pragma once
// splt/1: sizes and gaps of the first 16 packets with payload and of all of them per direction, and
// the first TCP windows; from captures only. flowx/1: flow/1 and behind it splt/1.
// Immutable; any thread.
// Source: docs/features.md.

#include <span>

#include "datasets/feature/schema.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

inline constexpr std::size_t kSpltWidth = 53;

const Schema& splt_schema();
const Schema& flowx_schema();

/// True when rows of the schema need records with IngestOptions::keep_sequences.
bool needs_sequences(const Schema& schema);

/// Writes the numbers of splt/1; all zero for a record without a sequence.
/// @param row  exactly kSpltWidth numbers
void encode_splt(const FlowRecord& flow, std::span<std::uint8_t> row);

}  // namespace tributary::datasets
