#pragma once
// Export records as their exporter sent them, one JSON line each, with the names of IPFIX. Any
// thread.
// Source: docs/formats.md, "export records".

#include <string>

#include "datasets/export/export_record.hpp"

namespace tributary::app {

/// One record without its newline. A name that occurs twice gets "_2", "_3" ...
std::string record_json(const datasets::ExportRecord& record);

}  // namespace tributary::app
