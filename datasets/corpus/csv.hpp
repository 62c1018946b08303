#pragma once
// Labelled records from CSV text with a header line, in one of two forms, told apart by the header:
// (a) one column per feature of the schema, numbers in [0, 1];
// (b) flow records: start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,
//     bytes_fwd,bytes_bwd,flags_fwd,flags_bwd in any order, times in epoch seconds with up to six
//     decimals, flags as a number; these go through FlowEncoder in end-time order.
// An empty label is an unknown row. Other columns are ignored.
// Bounds: lines of 64 KiB, 4,096 columns, files of 1 GiB unpacked, 20 million rows. Any thread.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/label/label.hpp"
#include "datasets/record.hpp"

namespace tributary::datasets {

struct CsvOptions {
    std::string label_column = "label";
    char separator = ',';
};

/// Flow records in end-time order with the label of each; empty: unknown.
struct LabelledFlows {
    std::vector<FlowRecord> flows;
    std::vector<ClassName> labels;
    Coverage coverage;  ///< every class that occurs, without "normal"
};

/// @param path  plain text, .zst or .gz
/// @error not_found, permission, io, limit_exceeded, mismatch (a column of the schema is missing),
///        corrupt (naming line and column)
Result<LabelledRecords> load_csv(const std::filesystem::path& path, const Schema& schema,
                                 const CsvOptions& options = {});

/// @param name  stands before every error, for example the file's path
/// @error mismatch, corrupt, limit_exceeded
Result<LabelledRecords> parse_csv(std::string_view text, const Schema& schema,
                                  const CsvOptions& options = {},
                                  const std::string& name = "CSV text");

/// Form (b) without encoding.
/// @error mismatch (a column is missing), corrupt, limit_exceeded
Result<LabelledFlows> parse_flow_csv(std::string_view text, const CsvOptions& options = {},
                                     const std::string& name = "CSV text");

/// Encodes flows that are in end-time order.
/// @param schema  flow/1 or flowctx/1
/// @error mismatch when the schema is not one of flows
Result<LabelledRecords> encode_flows(const LabelledFlows& flows, const Schema& schema);

}  // namespace tributary::datasets
