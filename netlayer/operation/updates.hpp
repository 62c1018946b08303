#pragma once
// Update and multi-object operations: request the objects one after the other in one order common
// to all processes, run the program, record what depends on what, hand the objects on.
// Invariants: no operation asks for an object after its program started (C18); every object of an
// operation stays here until the program is done; a program that is refused changes nothing.
// One thread, within a step. self-service §5.1; C7, C18, C19.

#include "netlayer/state.hpp"

namespace tributary::netlayer {

class Updates {
 public:
    explicit Updates(State& state) : state_(state) {}

    /// Checks and starts an operation; refuses it with an Aborted notice.
    void invoke(const UpdateInvoked& request);
    /// An object came for an operation of this process.
    void arrived(const Arrival& arrival);
    /// The program ran.
    void computed(const ComputationDone& done);
    /// Gives up programs that run too long, so that nobody waits for their objects (C19).
    void tick();
    /// After a restart: runs the programs that hold all their objects once more.
    void compute_again();
    /// Ends every operation with an Aborted notice, because this process lost its connection.
    void abort_all(const std::string& reason);

 private:
    [[nodiscard]] Status check(const UpdateInvoked& request) const;
    void start_program(OperationId operation, Update& update);
    [[nodiscard]] Status check_outputs(const Update& update, const ComputationDone& done) const;
    std::vector<Touched> write(const std::vector<Output>& outputs);
    void record_dependencies(const Update& update, const std::vector<Output>& outputs);

    State& state_;
};

}  // namespace tributary::netlayer
