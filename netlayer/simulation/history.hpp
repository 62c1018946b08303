#pragma once
// What the clients of a simulation asked for and saw.
// Invariants: an operation is recorded at its invocation and completed at most once; a value is
// appended by one operation only (it is the operation's id). Bodies are shared, never copied.
// One thread.

#include <cstdint>
#include <map>
#include <vector>

#include "base/clock.hpp"
#include "netlayer/event.hpp"
#include "netlayer/object/object.hpp"

namespace tributary::netlayer::simulation {

/// How one life (process and incarnation) ended.
enum class Fate { connected, left, lost };

struct Life {
    ProcessId process = 0;
    Incarnation incarnation = 0;
    Fate fate = Fate::connected;
};

enum class Kind { update, multi_read, strict_read, local_read };
enum class Outcome { pending, completed, aborted };

struct Operation {
    OperationId id = 0;
    std::size_t life = 0;
    Kind kind = Kind::update;
    std::vector<ObjectId> objects;
    std::vector<ObjectId> writes;  ///< those it appends its id to
    Micros invoked{0};
    Micros completed{0};
    Outcome outcome = Outcome::pending;
    bool confirmed = false;           ///< reported durable
    bool refused = false;             ///< the program returned an error
    std::map<ObjectId, Object> read;  ///< what it saw
};

class History {
 public:
    /// Starts a life; returns its index.
    std::size_t begin_life(ProcessId process, Incarnation incarnation);
    void end_life(std::size_t life, Fate fate) { lives_[life].fate = fate; }
    /// Records an invocation and gives the operation its id.
    Operation& invoke(Operation operation);

    [[nodiscard]] Operation& at(OperationId id) { return operations_[id - 1]; }
    [[nodiscard]] const Operation& at(OperationId id) const { return operations_[id - 1]; }
    [[nodiscard]] bool known(OperationId id) const { return id > 0 && id <= operations_.size(); }
    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
    [[nodiscard]] const std::vector<Life>& lives() const { return lives_; }

 private:
    std::vector<Life> lives_;
    std::vector<Operation> operations_;
};

/// The body of an object is the list of the ids of the updates that wrote it, oldest first.
std::vector<OperationId> values(const Body& body);
/// The body with one more id at its end.
Body with_value(const Body& body, OperationId id);

}  // namespace tributary::netlayer::simulation
