#pragma once
// Flow records as text for people and programs: one JSON line or one CSV line a flow. Any thread.
// Source: docs/formats.md, "flow lines".

#include <string>

#include "datasets/label/label.hpp"
#include "datasets/record.hpp"

namespace tributary::app {

/// The header line of the CSV form, without its newline.
std::string flow_csv_header();

/// One flow without its newline; an unknown label is empty.
std::string flow_csv(const datasets::FlowRecord& flow, const datasets::ClassName& label);
std::string flow_json(const datasets::FlowRecord& flow, const datasets::ClassName& label);

}  // namespace tributary::app
