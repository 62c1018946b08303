#pragma once
// What must hold of a whole run: nothing lost, nothing twice, all or nothing, reads of prefixes,
// and strict serializability. An operation counts when it was durable: every update that is
// contained in the final objects; every read of a process that stayed or left properly; strict
// reads of a process that was lost when they saw a version that endures (a lease promises that they
// were not stale). Pure functions; any thread. Protocol rules, section 8; self-service §3, §7.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "netlayer/simulation/history.hpp"

namespace tributary::netlayer::simulation {

struct Judgement {
    std::vector<std::string> violations;
    std::uint64_t durable = 0;  ///< updates contained in the final objects
    std::uint64_t lost = 0;     ///< updates applied at a process that disconnected, not contained
    std::set<OperationId> counted;  ///< the durable operations, reads included
};

/// Judges a finished run by the final objects.
Judgement judge(const History& history, const std::vector<Object>& objects);

/// One operation as the order check sees it: the position it took in each object's history.
struct Placed {
    OperationId id = 0;
    Micros invoked{0};
    Micros completed{0};
    bool real_time = true;  ///< whether it must respect real-time order
    struct Access {
        ObjectId object;
        Version seen = 0;
        bool wrote = false;  ///< then it made version seen + 1
    };
    std::vector<Access> accesses;
};

/// Looks for a cycle among reads-from, version and real-time order.
/// @return  a sentence naming operations on the cycle, or an empty string
std::string find_cycle(const std::vector<Placed>& operations);

}  // namespace tributary::netlayer::simulation
