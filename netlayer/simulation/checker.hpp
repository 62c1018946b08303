#pragma once
// What must hold in every state of a simulated service, looked at from outside.
// Connected means: joined to the server by edges that both ends take for open and that nobody cut.
// Checked: the edges form one tree (no process is its own ancestor, parent and child agree); at
// most one owner of an object among the connected; INV-Q on every quiet edge; INV-R on every edge;
// INV-D at every process with a quiet edge to its parent; in the search tree keys, intervals and
// locks (tree_check.hpp). One thread. Protocol rules, sections 4.1
// and 8.

#include <map>
#include <string>
#include <vector>

#include "netlayer/simulation/history.hpp"
#include "netlayer/simulation/world.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {

class Checker {
 public:
    Checker(const World& world, const History& history, std::size_t objects);

    /// Looks at the whole state.
    /// @return  the first violation found, or an empty string
    [[nodiscard]] std::string check();
    /// The one owner of each object and its copy there, once the service is at rest.
    struct Final {
        std::vector<Object> objects;
        std::vector<std::string> violations;
    };
    [[nodiscard]] Final at_rest();

 private:
    struct Member {
        const State* state = nullptr;
        const Member* parent = nullptr;
        std::size_t first = 0;  ///< the members below it are [first, last) of `members_`
        std::size_t last = 0;
        bool quiet_up = false;  ///< no numbered message in flight on the edge to the parent
        bool quiet_down = false;
    };

    void survey();
    void visit(const State& state, const Member* parent);
    /// Finds where the object is; counts the owners.
    std::string locate(const ObjectId& id);
    [[nodiscard]] std::string check_queues(const Member& member, const ObjectId& id) const;
    [[nodiscard]] std::string check_recovery(const ObjectId& id) const;
    [[nodiscard]] std::string check_dependencies(const Member& member, const ObjectId& id) const;
    [[nodiscard]] bool covered(const Member& member, const ObjectId& from,
                               const Touched& needed) const;

    const World& world_;
    const History& history_;
    std::vector<ObjectId> ids_;
    std::vector<Member> members_;  ///< the connected, in preorder
    /// Where each object is: the member's index, or SIZE_MAX when not among the connected or
    /// moving.
    std::map<ObjectId, std::size_t> at_;
};

}  // namespace tributary::netlayer::simulation
