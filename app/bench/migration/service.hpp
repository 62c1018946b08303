#pragma once
// One of the compared systems, running as a private instance of its own processes.
// Invariants: everything it started ends with the object; nothing outside its temporary folder and
// free ports of loopback is touched. Service: the one thread of the benchmark. Session: one thread
// of a client's process.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/bench/migration/load.hpp"
#include "base/result.hpp"

namespace tributary::app {

/// A client's way to the system, in the client's own process.
class Session {
 public:
    virtual ~Session() = default;

    /// Writes the first version of every object.
    virtual Status fill(const Load& load) = 0;
    /// Works from now to the end of the count, which begins at `start`.
    virtual Result<Tally> run(const Load& load, Micros start) = 0;
    /// The sum of the counters of all objects, of their latest versions.
    virtual Result<std::uint64_t> count(const Load& load) = 0;
};

class Service {
 public:
    virtual ~Service() = default;

    /// A session for client `number`, at most as many as the service was started for.
    virtual Result<std::unique_ptr<Session>> connect(std::size_t number) = 0;
    /// The server ends as in a crash and starts again.
    /// @error invalid_argument (not for this system)
    virtual Status restart() {
        return fail(Errc::invalid_argument, "only tributary is restarted in this benchmark");
    }
};

/// One fetch, modification and write; adds the attempts that had to be repeated.
/// @return  true when another client wrote one of the objects last
using UpdateOnce = std::function<Result<bool>(const ObjectNames& objects, std::uint64_t& aborted)>;

/// Runs a load on a system whose calls wait: one operation at a time.
Result<Tally> run_in_turn(const Load& load, Micros start, std::uint32_t client,
                          const UpdateOnce& update);

}  // namespace tributary::app
