#pragma once
// Runs a load with real client processes: starts them one after the other, lets them begin at the
// same moment, gathers what they counted, and looks whether the objects contain every update.
// One thread; the caller has one thread only.

#include <functional>
#include <vector>

#include "app/bench/migration/service.hpp"

namespace tributary::app {

struct FleetResult {
    std::vector<Tally> clients;
    Tally sum;                    ///< latencies sorted
    std::uint64_t contained = 0;  ///< updates found in the objects at the end
    Micros duration{0};
};

/// @param loads    one a client; all have the same duration and the same objects
/// @param half_way called in the middle of the count
/// @error what the system or a client answered; corrupt (an update is lost or doubled)
Result<FleetResult> run_fleet(Service& service, const std::vector<Load>& loads,
                              const std::function<Status()>& half_way = nullptr);

}  // namespace tributary::app
