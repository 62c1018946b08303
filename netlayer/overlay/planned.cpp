#include "netlayer/overlay/planned.hpp"

namespace tributary::netlayer::overlay {

void PlannedPolicy::on_plan(std::uint32_t plan, std::uint32_t rank) {
    if (own_.plan == plan && own_.rank == rank) return;
    own_ = {plan, rank};
    for (Standing& child : children_) child.abandoned = false;
}

void PlannedPolicy::on_weights(const View&, Side child, const Report& report) {
    Standing& known = children_[index(child)];
    if (known.plan == report.plan && known.rank == report.rank) return;
    known = {report.plan, report.rank};
}

Report PlannedPolicy::report(const View&) {
    Report report;
    report.plan = own_.plan;
    report.rank = own_.rank;
    return report;
}

Lift PlannedPolicy::propose_rotation(const View& view, Price) {
    if (own_.plan == 0) return Lift::none;
    const auto rises = [&](Side side, Key key) {
        const Standing& child = children_[index(side)];
        return key != kNoKey && !child.abandoned && child.plan == own_.plan &&
               child.rank < own_.rank;
    };
    const bool left = rises(Side::left, view.left);
    const bool right = rises(Side::right, view.right);
    // The one that belongs higher goes first: then the other may stay below it.
    if (left && (!right || children_[0].rank <= children_[1].rank)) return Lift::left;
    return right ? Lift::right : Lift::none;
}

void PlannedPolicy::abandon(const View&, Lift lift) {
    children_[lift == Lift::left ? 0 : 1].abandoned = true;
}

void PlannedPolicy::on_rotation(const View&, bool inner) {
    // Neighbours tell their standings again at once.
    if (!inner) children_ = {};
}

}  // namespace tributary::netlayer::overlay
