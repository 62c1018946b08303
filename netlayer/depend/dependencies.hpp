#pragma once
// p.Deps: which object ids must travel upward together.
// Invariants: no pair (i,i); a pair stands here until it was passed to the parent, where it is then
// recorded. Ordered, so that the same steps give the same messages.
// One thread. self-service §4.4, Figure 3 lines 13-17 and 24; C7.

#include <map>
#include <set>
#include <vector>

#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

class Dependencies {
 public:
    void add(const ObjectId& from, const ObjectId& to);
    void add(const std::vector<Dependency>& pairs);
    /// Takes out every pair whose ends are both in `ids` (line 17).
    std::vector<Dependency> take_within(const std::set<ObjectId>& ids);
    void clear() { edges_.clear(); }

    /// The roots and everything reachable from them (line 13).
    [[nodiscard]] std::set<ObjectId> closure(const std::set<ObjectId>& roots) const;
    [[nodiscard]] std::vector<Dependency> pairs() const;
    [[nodiscard]] bool empty() const { return edges_.empty(); }

 private:
    std::map<ObjectId, std::set<ObjectId>> edges_;
};

}  // namespace tributary::netlayer
