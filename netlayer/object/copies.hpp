#pragma once
// The latest version of each object that a process has seen: p.objs of the paper.
// Invariants: versions never go back (C1), except under the mutation that tests plant; `changed`
// holds exactly the ids saved since it was last taken.
// One thread. self-service Figure 3 lines 21-23, §5.1.

#include <map>
#include <set>

#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

class Copies {
 public:
    /// Saves the object if it is newer than the copy held (C1). `unconditionally` is the fault.
    /// @return  whether it was saved
    bool save(const Object& object, bool unconditionally = false);
    /// Forgets everything; a process that disconnected starts afresh (§3).
    void clear();
    /// The ids saved since the last call; what a server has to store.
    std::set<ObjectId> take_changed();

    [[nodiscard]] const Object* find(const ObjectId& id) const;
    [[nodiscard]] const std::map<ObjectId, Object>& all() const { return objects_; }

 private:
    std::map<ObjectId, Object> objects_;
    std::set<ObjectId> changed_;
};

}  // namespace tributary::netlayer
