#pragma once
// A tree whose processes each have a policy object: what the simulators share. It carries messages
// past the policies with the reports that would be piggybacked, and executes what they propose.
// Invariant: a policy is told only what its process would know in the real protocol.
// One thread per fleet.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "netlayer/overlay/policy.hpp"
#include "netlayer/overlay/tree.hpp"

namespace tributary::netlayer::overlay {

/// An era, after which ageing counters are halved, lasts so many requests per node.
inline constexpr std::uint64_t kEraRequestsPerNode = 10;

/// What rotations cost so far.
struct RotationCount {
    std::uint64_t rotations = 0;  ///< single ones; zig-zig and zig-zag are two
    std::uint64_t new_links = 0;  ///< between nodes that were not neighbours before
};

class Fleet {
 public:
    /// @error invalid_argument (unknown policy)
    static Result<Fleet> make(Tree tree, std::string_view policy, const PolicyOptions& options);

    [[nodiscard]] const Tree& tree() const { return tree_; }
    [[nodiscard]] const RotationCount& count() const { return count_; }
    [[nodiscard]] Policy& policy(NodeId node) { return *policies_[node]; }

    /// No policy needs to see messages that only pass by, reports or rotations.
    [[nodiscard]] bool only_ends() const {
        return policies_.empty() || policies_.front()->only_ends();
    }
    /// Asks the source whether both ends shall rise.
    bool invite(NodeId source, const Message& message, Price price);
    /// The message is at this node.
    void pass(NodeId node, const Message& message);
    /// The message crosses the edge above this node, in either direction: with it, or with its
    /// acknowledgement, the node's report reaches the parent.
    void cross(NodeId child);

    /// Asks a process; executes what it proposes at once.
    /// @return  single rotations done
    std::uint32_t adjust(NodeId node, Price price);
    /// What a process would rotate now, without doing it.
    Lift propose(NodeId node, Price price);
    /// The nodes to lift over their parents, in order, for a proposal of `node`; kNone: nothing.
    struct Steps {
        NodeId first = kNone;
        NodeId second = kNone;
    };
    [[nodiscard]] Steps steps(NodeId node, Lift lift) const;
    /// Rotates and lets all four processes know.
    void lift(NodeId x);
    /// Rotates until the tree has another one's shape.
    void reshape(const Tree& target);

 private:
    Tree tree_;
    std::vector<std::unique_ptr<Policy>> policies_;
    RotationCount count_;
};

}  // namespace tributary::netlayer::overlay
