#pragma once
// Reads the classifiers of a service through a node: the catalogue first, then every object it
// names. Any thread but the node's own.

#include <map>
#include <string>

#include "app/service/catalogue.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// @error of Node::read; corrupt (the catalogue)
Result<Catalogue> read_catalogue(netlayer::Node& node, bool strict);

/// Every classifier by id.
/// @param strict  the latest versions; otherwise the local copies, which may be old
/// @error of Node::read; corrupt (the catalogue)
Result<std::map<std::string, netlayer::Object>> read_classifiers(netlayer::Node& node, bool strict);

}  // namespace tributary::app
