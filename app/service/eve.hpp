#pragma once
// One alert as a JSON line in the shape of Suricata's eve, so that whatever reads those reads ours.
// Addresses appear here because the line stays at the site. Any thread.

#include <optional>
#include <string>

#include "classifier/ensemble/one_vs_rest.hpp"
#include "datasets/record.hpp"

namespace tributary::app {

/// What the line needs besides the flow.
struct AlertContext {
    const classifier::Member* member = nullptr;  ///< the class that was recognized
    double margin = 0;                           ///< score - threshold
    std::string schema;
    std::size_t contributors = 0;
    std::optional<double> probability;  ///< of the class; empty while drift is not low
};

/// Seconds since 1970 as "2026-01-31T12:00:00.123456+0000".
std::string iso_time(Micros wall);

/// The line without its newline.
std::string eve_alert(const datasets::FlowRecord& flow, const AlertContext& alert);

}  // namespace tributary::app
