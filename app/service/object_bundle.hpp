#pragma once
// What a site detects with, in one control frame: a JSON list and the bodies one after the other.
// Values; any thread. Source: docs/formats.md, "control socket".

#include <map>
#include <string>

#include "app/control/protocol.hpp"
#include "app/service/schema_objects.hpp"

namespace tributary::app {

struct BundledObject {
    std::uint64_t version = 0;  ///< of the migration layer
    double threshold = 0;       ///< of the site
    Bytes bytes;
};
struct ObjectBundle {
    std::string features;  ///< schema of the site; empty: that of the objects
    std::map<std::string, BundledObject> objects;
    SkippedObjects skipped;  ///< not of the site's schema
};

ControlFrame pack_objects(const ObjectBundle& bundle);

/// @error corrupt
Result<ObjectBundle> unpack_objects(const ControlFrame& frame);

}  // namespace tributary::app
