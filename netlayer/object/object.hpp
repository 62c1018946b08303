#pragma once
// The thing that migrates: a named, versioned, opaque body, and the relation "depends on".
// Invariants: a body is immutable and already compressed; version 0 is the initial state with an
// empty body, so any id may be asked for; an update makes version n+1 out of version n.
// Values; any thread. self-service §3, §4.4.

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::netlayer {

using ObjectId = std::string;
using Version = std::uint64_t;
/// One version of each of some objects.
using Versions = std::map<ObjectId, Version>;
/// Shared because one body sits in the store, in copies and in several messages at once; it is
/// never changed, so nobody can see another's writes. Null means empty.
using Body = std::shared_ptr<const Bytes>;

inline constexpr std::size_t kMaxObjectIdBytes = 64;

struct Object {
    ObjectId id;
    Version version = 0;
    Body body;
};

/// The bytes of a body; empty for a null one.
inline ByteView view(const Body& body) {
    return body ? ByteView(*body) : ByteView();
}

/// Raises the version noted for this object, never lowers it.
inline void note_version(Versions& versions, const ObjectId& id, Version version) {
    Version& noted = versions[id];
    noted = std::max(noted, version);
}

/// True for 1 to 64 printable ASCII characters without space.
bool valid_object_id(const ObjectId& id);

/// `from` depends on `to`: whoever passes `from` to its parent must copy `to` along. Pairs (i,i)
/// are never made.
struct Dependency {
    ObjectId from;
    ObjectId to;

    friend auto operator<=>(const Dependency&, const Dependency&) = default;
};

}  // namespace tributary::netlayer
