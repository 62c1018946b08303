#pragma once
// Several encoded objects in one control frame: a JSON list and the bodies one after the other.
// Values; any thread. Source: docs/formats.md, "control socket".

#include <map>
#include <string>

#include "app/control/protocol.hpp"

namespace tributary::app {

struct BundledObject {
    std::uint64_t version = 0;  ///< of the migration layer
    double threshold = 0;       ///< of the site; 0 from a coordinator
    Bytes bytes;
};
using ObjectBundle = std::map<std::string, BundledObject>;

ControlFrame pack_objects(const ObjectBundle& objects);

/// @error corrupt
Result<ObjectBundle> unpack_objects(const ControlFrame& frame);

}  // namespace tributary::app
