#pragma once
// Copying upward: what must travel with an object that goes to the parent, and saving what came.
// Invariant (INV-D): when an object is recorded at the parent, so is everything it depends on; a
// pair leaves p.Deps only together with the copies that make it true one level up.
// One thread, within a step. self-service §4.4, Figure 3 lines 13-17 and 21-24; C1, C6, C7.

#include <set>
#include <vector>

#include "netlayer/state.hpp"

namespace tributary::netlayer {

/// Objects with the pairs between them, ready for a message to the parent.
struct Bundle {
    std::vector<Object> copies;
    std::vector<Dependency> dependencies;
};

class Copier {
 public:
    explicit Copier(State& state) : state_(state) {}

    /// The copies of the roots and of all they depend on; their pairs leave p.Deps. A root that
    /// this process has no copy of is left out. `without` is left out because it travels itself.
    Bundle collect(const std::set<ObjectId>& roots, const ObjectId& without = {});
    /// Saves copies that are newer than ours (C1) and records the pairs.
    void save(const std::vector<Object>& copies, const std::vector<Dependency>& dependencies);

 private:
    State& state_;
};

}  // namespace tributary::netlayer
