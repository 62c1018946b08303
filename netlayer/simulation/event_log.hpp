#pragma once
// What every process was told, and what it did: one line a step, from which the run can be replayed
// without the simulator, its network or its clients. Invariants: each line is sealed by a hash of
// itself and of the lines before it, so that a line that was changed, removed or put elsewhere
// shows; the last line counts the others. One thread. The format is documented in
// docs/simulation.md.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "netlayer/process.hpp"

namespace tributary::netlayer::simulation {

/// Adds to each line the seal of everything up to it.
class Seal {
 public:
    /// @param object  one JSON object, without its seal
    std::string close(const std::string& object);
    /// The object of a sealed line that follows on those before; advances over it.
    /// @error corrupt
    Result<std::string> open(std::string_view line);

 private:
    std::string advance(const std::string& object);

    std::string last_;
};

class EventLog {
 public:
    using Sink = std::function<void(const std::string& line)>;

    explicit EventLog(Sink sink);

    /// A process begins, or begins again.
    void start(const Process::Setup& setup);
    /// @param event  text_of the input, taken before the process was given it
    void step(ProcessId id, Micros now, const std::string& event,
              const std::vector<Effect>& effects);
    /// The run is over; nothing follows.
    void end();

 private:
    void write(const std::string& object);

    Sink sink_;
    Seal seal_;
    std::uint64_t lines_ = 0;
};

}  // namespace tributary::netlayer::simulation
