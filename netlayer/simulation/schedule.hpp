#pragma once
// What is to happen when, in virtual time.
// Invariant: actions due at the same time come out in the order they went in, so that a run depends
// on its seed only.
// One thread.

#include <cstdint>
#include <optional>
#include <queue>
#include <variant>
#include <vector>

#include "netlayer/event.hpp"
#include "netlayer/simulation/network.hpp"

namespace tributary::netlayer::simulation {

/// An input for a process, as long as it is still the same program run (`run`).
struct Deliver {
    ProcessId to = 0;
    std::uint64_t run = 0;
    Input input;
};

/// A message, or the answer to a greeting, at the end of its channel.
struct Transit {
    ChannelId channel;
    std::uint64_t number = 0;
    Input input;
};

/// The lower end of a broken link dials again.
struct Reconnect {
    ProcessId child = 0;
    ProcessId parent = 0;
    Epoch epoch = 0;
};

/// The server's store may be through with what it was given first.
struct StoreDone {
    std::uint64_t run = 0;
};

/// The server's session with a member tells the newest revocation.
struct SessionTells {
    ProcessId member = 0;
    std::uint64_t run = 0;
    std::uint64_t revocation = 0;
};

/// The workload asked to be woken.
enum class Reason {
    think,
    fault,
    join,
    restart,
    check_quiet,
    rotate,
    policy,
    contribute,
    foresee,
    stimulus
};
struct Wake {
    Reason reason = Reason::think;
    std::uint64_t client = 0;  ///< with `foresee` and `stimulus`: its place in the script
    Micros asked{0};           ///< when the workload did; filled in by the world
};

using Action = std::variant<Deliver, Transit, Reconnect, StoreDone, SessionTells, Wake>;

class Schedule {
 public:
    struct Due {
        Micros at{0};
        Action action;
    };

    void add(Micros at, Action action);
    /// The next action, or nullopt when nothing is planned.
    std::optional<Due> next();

 private:
    struct Entry {
        Micros at{0};
        std::uint64_t order = 0;
        std::size_t slot = 0;

        friend bool operator<(const Entry& a, const Entry& b) {  // the earliest on top
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    std::priority_queue<Entry> entries_;
    std::vector<Action> slots_;
    std::vector<std::size_t> free_;
    std::uint64_t added_ = 0;
};

}  // namespace tributary::netlayer::simulation
