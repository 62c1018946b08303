#pragma once
// The control request `contribute`: captures and label rules in, durable contributions out.
// Runs on a connection's thread; any number may run, the contributor puts them in order.

#include "app/agent/contributor.hpp"
#include "app/agent/site_state.hpp"
#include "app/control/server.hpp"

namespace tributary::app {

/// Request: {"command":"contribute","files":[...],"rules":"...","kind":"auto|packets|exports",
/// "patience":seconds}, or "records" and "labels" for a file of labelled records. Answer:
/// {"schema","flows","labelled","unknown","held_out","batches",
/// "records","objects":{id:version},"refused":[...],"damages":[...],"waiting"}.
/// @error of reading the input; timeout (the rest waits in the journal)
Result<ControlFrame> answer_contribute(const ControlFrame& request, const ProgressReporter& report,
                                       const datasets::Schema& schema, SiteState& site,
                                       Contributor& contributor);

}  // namespace tributary::app
