#pragma once
// What the workload of a simulation does to the processes of its own accord: every operation, join,
// fault, rotation and choice of a policy, each with what was drawn for it. The list of a run is its
// script. A script can be followed again with some of its stimuli left out: the others come at
// their times, with what was drawn for them then. Invariant: numbers ascend from 1 in the order of
// the run that made the script, and stay with their stimuli when others are left out. Values; any
// thread.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "netlayer/simulation/history.hpp"

namespace tributary::netlayer::simulation {

/// How the program of an update went.
struct Program {
    bool refuses = false;
    Micros takes{0};
};

namespace stimulus {

struct Operate {
    ProcessId client = 0;
    Kind kind = Kind::update;
    std::vector<ObjectId> objects;
    std::vector<ObjectId> writes;
    bool force = false;
    std::optional<Program> program{};  ///< nothing: it did not start
};
/// A contribution comes into the client's journal.
struct Submit {
    ProcessId client = 0;
    std::vector<ObjectId> objects;
    bool impatient = false;  ///< the attempt that is under way is not waited for
};
/// The first join; to come back is a consequence.
struct Join {
    ProcessId client = 0;
};
struct Leave {
    ProcessId client = 0;
};
struct Cut {
    ProcessId client = 0;
    Micros slow_timers{0};  ///< for so long
};
struct Reset {
    ProcessId client = 0;
};
struct Crash {
    ProcessId client = 0;
    Micros back_after{0};
};
struct CrashServer {
    Micros pause{0};
};
struct Revoke {
    ProcessId client = 0;
};
struct Rotate {
    ProcessId client = 0;
    ProcessId child = 0;
};
struct ChoosePolicy {
    RotationPolicy policy = RotationPolicy::none;
};

}  // namespace stimulus

using Stimulus =
    std::variant<stimulus::Operate, stimulus::Submit, stimulus::Join, stimulus::Leave,
                 stimulus::Cut, stimulus::Reset, stimulus::Crash, stimulus::CrashServer,
                 stimulus::Revoke, stimulus::Rotate, stimulus::ChoosePolicy>;

/// What a client does after something befell it; how long that takes is drawn.
enum class Reaction { join_after_loss, join_after_leave, attempt };

struct Script {
    struct Entry {
        std::uint64_t number = 0;
        Micros at{0};
        Micros asked{0};  ///< when the time was chosen: orders it among what is due just then
        Stimulus stimulus;
    };

    std::vector<Entry> entries;
    /// What was drawn, in this order.
    std::map<std::pair<ProcessId, Reaction>, std::vector<Micros>> reactions;
};

}  // namespace tributary::netlayer::simulation
