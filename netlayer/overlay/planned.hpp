#pragma once
// Follows the trees that the coordinator plans from the demand it has counted: a process knows its
// own depth in the planned tree and its children's, and lets a child of a smaller depth rise. In a
// search tree in which no child has a smaller depth than its parent, everybody stands where the
// plan wants it, whatever the order of the rotations was. Invariant: depths of one plan are
// compared with each other only, so that a plan of which a part has not come yet is never undone.
// One thread per object. Source: overlay design, decision 3 (rebuild).

#include <array>

#include "netlayer/overlay/policy.hpp"

namespace tributary::netlayer::overlay {

class PlannedPolicy final : public Policy {
 public:
    [[nodiscard]] bool only_ends() const override { return false; }
    void on_plan(std::uint32_t plan, std::uint32_t rank) override;
    void on_weights(const View& view, Side child, const Report& report) override;
    Report report(const View& view) override;
    Lift propose_rotation(const View& view, Price average) override;
    void abandon(const View& view, Lift lift) override;
    void on_child(Side side) override { children_[index(side)] = {}; }
    void on_rotation(const View& view, bool inner) override;

 private:
    struct Standing {
        std::uint32_t plan = 0;
        std::uint32_t rank = 0;
        bool abandoned = false;  ///< refused too often; until the edge or the plan changes
    };

    static std::size_t index(Side side) { return side == Side::left ? 0 : 1; }

    Standing own_;
    std::array<Standing, 2> children_{};
};

}  // namespace tributary::netlayer::overlay
