#pragma once
// The tree on which the tests of rotations agree; keys are ids, 80 is the root, the server stands
// above it. One thread.
//
//            80 g                 80
//         40 p          ->     20
//      20 x   60 c           10  40
//    10 a 30 b                  30 60

#include "tests/netlayer/tree_fixture.hpp"

namespace tributary::netlayer::testing {

inline constexpr ProcessId kG = 80;
inline constexpr ProcessId kP = 40;
inline constexpr ProcessId kX = 20;
inline constexpr ProcessId kA = 10;
inline constexpr ProcessId kB = 30;
inline constexpr ProcessId kC = 60;

class RotatingTree : public Tree {
 public:
    explicit RotatingTree(Mutations mutations = {}, Micros grace = Micros{0})
        : Tree(Tree::Search{}, mutations, grace) {
        for (const ProcessId id : {kG, kP, kX, kC, kA, kB}) join(id);
    }

    /// Lets p ask for a rotation of x over it; nothing is delivered.
    void ask() { give(kP, RotateInvoked{kX}); }
    void rotate() {
        ask();
        settle();
    }
    /// Delivers so many messages of the rotation that p asked for, of nine: Lock, LockOk, LockX,
    /// LockB, LockBOk, LockXOk, Commit, Switch, SwitchB.
    /// @return  whether all were there
    bool deliver_first(std::size_t count) {
        const std::vector<std::pair<ProcessId, ProcessId>> order = {{kP, kG}, {kG, kP}, {kP, kX},
                                                                    {kX, kB}, {kB, kX}, {kX, kP},
                                                                    {kP, kX}, {kP, kG}, {kP, kB}};
        bool all = true;
        for (std::size_t i = 0; i < count; ++i) {
            all = deliver(order.at(i).first, order.at(i).second) && all;
        }
        return all;
    }
    /// Gives a process a message as the next one on its edge to a neighbour.
    void say(ProcessId from, ProcessId to, Message message) {
        const Link link = state(to).links.all().at(from);
        give(to,
             MessageReceived{from, link.epoch, link.received + 1, link.sent, std::move(message)});
    }
    [[nodiscard]] bool rotated() {
        const auto& parent = state(kP).parent;
        return parent && parent->card.id == kX;
    }
    /// Every client updates the object once more, one after the other.
    /// @return  whether all of them could
    bool all_work(const ObjectId& object) {
        bool all = true;
        for (const ProcessId id : {kB, kC, kG, kA, kP, kX, kServer}) {
            if (id != kServer && !state(id).is_connected()) continue;
            const OperationId operation = update(id, {object});
            settle();
            all = all && applied(id, operation);
        }
        return all;
    }
};

}  // namespace tributary::netlayer::testing
