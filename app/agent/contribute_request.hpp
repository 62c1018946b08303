#pragma once
// The control request `contribute`: captures and label rules in, durable contributions out.
// Both ends of it are here, so that the agent meters as the command was told to.
// Runs on a connection's thread; any number may run, the contributor puts them in order.

#include "app/agent/contributor.hpp"
#include "app/agent/site_state.hpp"
#include "app/control/server.hpp"
#include "app/service/labelled_flows.hpp"

namespace tributary::app {

struct ContributeRequest {
    FlowInput input;               ///< paths absolute: the agent has another working folder
    std::string records;           ///< a file of labelled records instead of captures
    std::string labels = "names";  ///< how their labels are merged
    bool allow_sampled = false;    ///< flows of sampled exports may train, too
    bool rehearse = false;
    std::chrono::seconds patience{120};
};

/// The request as JSON text, all but the command's name. Source: docs/formats.md.
std::string to_json(const ContributeRequest& request);

/// @error invalid_argument (damaged, or a word that is not known)
Result<ContributeRequest> parse_contribute(const ControlFrame& frame);

/// The records that the request speaks of; none when it asks for a rehearsal.
/// @error of reading captures, rules and records; mismatch (flows of sampled exports)
Result<LabelledFlows> read_contribution(const ContributeRequest& request,
                                        const datasets::Schema& schema);

/// Answer: {"schema","flows","labelled","unknown","held_out","sampled","batches",
/// "records","objects":{id:version},"refused":[...],"damages":[...],"waiting"}.
/// @error of reading the input; timeout (the rest waits in the journal)
Result<ControlFrame> answer_contribute(const ControlFrame& request, const ProgressReporter& report,
                                       const datasets::Schema& schema, SiteState& site,
                                       Contributor& contributor);

}  // namespace tributary::app
