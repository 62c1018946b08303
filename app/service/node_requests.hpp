#pragma once
// The control requests that every running member answers alike, agent or coordinator: `status`,
// `models`, `query`. Thread: any; handlers only use the node's own thread-safe calls.

#include <functional>
#include <optional>
#include <string>

#include "app/control/server.hpp"
#include "app/service/object_reader.hpp"
#include "app/service/site_drift.hpp"
#include "base/metrics.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// Who answers.
struct Member {
    netlayer::Node* node = nullptr;
    ObjectReader* reader = nullptr;
    Metrics* metrics = nullptr;
    std::string role;  ///< "agent" or "coordinator"
    std::string name;
    std::function<std::uint64_t()> journal;    ///< contributions that wait; empty: no journal
    std::function<Result<SiteDrift>()> drift;  ///< of the site's traffic; empty: it has none
};

/// Answers a request that is common to all members; nothing when it is not one of these.
std::optional<Result<ControlFrame>> answer_common(const Member& member,
                                                  const ControlFrame& request);

/// What the request asks for with `strict`; the latest versions when it does not say.
Freshness freshness_of(const ControlFrame& request);

/// The `command` of a request, or empty.
std::string command_of(const ControlFrame& request);

}  // namespace tributary::app
