#pragma once
// What `tributary simulate` prints of a run. Main thread only.

#include <string>

#include "netlayer/simulation/shrink.hpp"

namespace tributary::app {

/// The keys of docs/simulation.md, as a JSON object on one line.
/// @param shrunk  null: the run was not made small
std::string report_json(const netlayer::SimulationReport& report, const netlayer::Shrunk* shrunk);

/// Lines for people.
/// @param pace  whether the speed is wanted
void print_report(const netlayer::SimulationReport& report, bool pace);
void print_shrunk(const netlayer::Shrunk& shrunk);

/// One JSON line an operation.
std::string history_line(const netlayer::OperationRecord& record);

}  // namespace tributary::app
