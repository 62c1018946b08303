#pragma once
// The journals of a simulation's clients. A contribution is asked for again under its number, over
// all lives of its client, until it is durable or its refusal is; what the objects hold tells
// which numbers are decided. At the end each is applied exactly once or refused exactly once, as
// it was reported.
// Invariants: a client has one attempt at a time and goes through its journal in order; a journal
// outlives its client's program. One thread.
// Source: protocol rules, section 1, decision 5.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/simulator.hpp"
#include "netlayer/simulation/world.hpp"

namespace tributary::netlayer::simulation {

class Contributions {
 public:
    Contributions(const SimulationOptions& options, Random random, World& world, History& history,
                  SimulationReport& report);

    /// Journals a contribution to these objects.
    void submit(ProcessId client, std::vector<ObjectId> objects);
    /// Asks for the oldest one in the journal, unless an attempt is under way or the report of the
    /// last is to be written down. The client is connected.
    /// @param life  of the client, in the history
    void work(ProcessId client, std::size_t life);
    /// The client gives up waiting for its attempt and will ask again; the attempt may still run.
    void lose_patience(ProcessId client);
    /// What the program of an attempt makes of its inputs; nothing if the operation is none.
    std::optional<Result<std::vector<Output>>> run(Operation& operation);
    void hear(ProcessId client, const Notice& notice);
    /// The client's program ended or lost its connection: its attempt is over.
    void interrupt(ProcessId client);
    /// Whether something was reported that the journal still holds.
    [[nodiscard]] bool is_reported(ProcessId client) const;
    /// Takes it out of the journal.
    void trim(ProcessId client);

    /// Contributions in the client's journal.
    [[nodiscard]] std::size_t waiting(ProcessId client) const;
    /// Contributions in the journals of all clients that may come back.
    [[nodiscard]] std::size_t waiting() const;
    /// What the final objects contradict.
    [[nodiscard]] std::vector<std::string> judge(const std::vector<Object>& objects) const;

 private:
    enum class Report { none, durable, refused };
    using Number = std::uint64_t;

    struct Contribution {
        std::vector<ObjectId> objects;
        std::vector<OperationId> attempts;
        Report report = Report::none;
    };
    struct Client {
        std::deque<Number> journal;
        std::map<Number, Contribution> all;
        OperationId current = 0;  ///< the attempt under way; 0: none
        bool refusing = false;    ///< the oldest could not be learnt: its refusal is under way
        bool reported = false;    ///< the oldest was reported; the journal is about to be written
    };
    /// What one value in an object stands for.
    struct Entry {
        ProcessId client = 0;
        Number number = 0;
        bool refusal = false;
    };

    void report_as(Client& client, Report report);
    /// The entry in the attempt's objects that decides about its number; nothing if none does.
    [[nodiscard]] std::optional<Entry> decided(const Operation& attempt) const;
    void judge_one(ProcessId client, Number number, const Contribution& contribution,
                   const std::map<OperationId, std::size_t>& contained,
                   std::vector<std::string>& found) const;

    const SimulationOptions& options_;
    Random random_;
    World& world_;
    History& history_;
    SimulationReport& report_;
    std::map<ProcessId, Client> clients_;
    std::map<OperationId, Entry> entries_;
    std::vector<std::string> contradictions_;  ///< of two reports
};

}  // namespace tributary::netlayer::simulation
