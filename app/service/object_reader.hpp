#pragma once
// Reads the shared objects through a node, and remembers what it read: a member that lost the
// coordinator can go on detecting with what it saw last.
// Thread: any but the node's own; calls may overlap.

#include <map>
#include <mutex>
#include <string>

#include "app/service/catalogue.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

/// What a read may answer.
enum class Freshness {
    latest,  ///< the latest version: strictly serializable
    local,   ///< this member's copy, which may be old; cut off: the version it read last, which may
             ///< be one that a crash elsewhere undid
};

class ObjectReader {
 public:
    /// @param node  must outlive the reader
    explicit ObjectReader(netlayer::Node& node) : node_(node) {}

    /// The ids of the classifiers that somebody has taught.
    /// @error of Node::read; corrupt
    Result<Catalogue> catalogue(Freshness freshness);

    /// One object; an empty body when nobody has taught it. An id that the catalogue lacks is not
    /// asked for: in the tree every id that is asked for takes one of the bounded places for ever.
    /// @error of Node::read; corrupt (the catalogue)
    Result<netlayer::Object> object(const std::string& id, Freshness freshness);

    /// Every classifier of the catalogue by id.
    /// @error of Node::read; corrupt (the catalogue)
    Result<std::map<std::string, netlayer::Object>> classifiers(Freshness freshness);

 private:
    Result<netlayer::Object> read(const std::string& id, Freshness freshness);

    netlayer::Node& node_;
    std::mutex mutex_;
    std::map<std::string, netlayer::Object> seen_;  ///< bodies are shared with the node's copies
};

}  // namespace tributary::app
