#pragma once
// The control requests that decide about versions of an object: `confirm` and `discard` (what is in
// quarantine) and `rollback`. Each is an operation of the migration layer like any other: the
// object comes here, a new version goes on, signed by whoever decided. Thread: any. Source: design
// of the classifier, section 5; docs/formats.md, "Control socket".

#include <optional>
#include <string>

#include "app/control/server.hpp"
#include "app/service/object_history.hpp"
#include "base/signing.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// In whose name a member decides.
struct Decider {
    netlayer::Node* node = nullptr;
    std::string pseudonym;
    SigningKey key;
    const ObjectHistory* history = nullptr;  ///< null: a rollback needs the old version's bytes
};

/// Request: {"command", "object", "person"} and for confirm and discard {"contributor",
/// "contribution"}, for rollback {"version"} or the old version's bytes as body. Answer: {"schema",
/// "object", "version" of the migration layer, "model_version", "verdict"}. Nothing when it is
/// another request.
/// @error not_found, permission, mismatch, invalid_argument, and those of Node::update
std::optional<Result<ControlFrame>> answer_decision(const Decider& decider,
                                                    const ControlFrame& request);

}  // namespace tributary::app
