#pragma once
// The detector of a site, as its agent assembles it: latest classifiers and the site's thresholds.
// Main thread only.

#include <map>
#include <string>

#include "app/service/learner.hpp"
#include "app/service/object_bundle.hpp"
#include "classifier/detect/detector.hpp"
#include "datasets/feature/schema.hpp"

namespace tributary::app {

struct SiteModels {
    const datasets::Schema* schema = nullptr;
    classifier::Detector detector;
    std::map<std::string, std::uint64_t> versions;    ///< by object id
    std::map<std::string, std::size_t> contributors;  ///< by object id
    ObjectBytes objects;                              ///< encoded
    SkippedObjects skipped;                           ///< the service's, of other schemas
};

/// Asks the agent in `state`; no classifier yet gives a detector without members.
/// @param local  the agent's copies, which may be old, instead of the latest versions
/// @error unreachable (no agent), disconnected (the agent lost the coordinator), corrupt,
///        mismatch (there are objects, and none of the site's schema)
Result<SiteModels> fetch_site_models(const std::string& state, bool local);

/// Reads object files instead of asking an agent; every threshold is 0.
/// @error not_found, corrupt, mismatch (one is of another schema than the others, by name)
Result<SiteModels> load_models(const std::vector<std::string>& files);

/// Names on stderr what was skipped.
void report_skipped(const SiteModels& models);

}  // namespace tributary::app
