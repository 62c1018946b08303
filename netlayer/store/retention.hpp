#pragma once
// Which versions of an object the server keeps: the newest ones, milestones among the older ones,
// and what somebody tagged.
// Not every version number reaches the server. So the milestone of a block of `every` consecutive
// numbers (version / every) is the first of the block that was stored; where it is gone (the file
// is older than milestones, or `every` was another number), the oldest that is left.
// Invariant: what is kept follows from the versions and tags that are there and from nothing else,
// so that deciding again changes nothing. Values and pure functions; any thread.
// protocol section 7.

#include <cstdint>
#include <vector>

#include "netlayer/store/store.hpp"

namespace tributary::netlayer {

struct Retention {
    std::uint64_t last = 16;        ///< newest versions; at least 1
    std::uint64_t every = 100;      ///< a milestone for so many version numbers; 0: none
    std::uint64_t milestones = 64;  ///< most of them besides the newest versions; oldest go first
};

/// Notes for each version what it is kept for.
/// @param history  all stored versions of one object, newest first, with their tags
void note_reasons(const Retention& retention, std::vector<StoredVersion>& history);

/// Whether nothing speaks for keeping a version whose reasons are noted.
[[nodiscard]] inline bool is_surplus(const StoredVersion& stored) {
    return !stored.is_recent && !stored.is_milestone && stored.tags.empty();
}

}  // namespace tributary::netlayer
