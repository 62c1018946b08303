#include "netlayer/overlay/regret.hpp"

#include <algorithm>

namespace tributary::netlayer::overlay {

namespace {

/// The four parts that rotating a child x over its parent p tells apart.
enum class Part : std::uint8_t { above, rest, outer, inner };

Part part_of(Side child, const Place& where) {
    if (where.side == Side::above) return Part::above;
    if (where.side != child) return Part::rest;
    return where.inner ? Part::inner : Part::outer;
}

/// Edges that a message between two parts would have saved had x stood above p.
std::int64_t saving(Part from, Part to) {
    const auto between = [&](Part one, Part other) {
        return (from == one && to == other) || (from == other && to == one);
    };
    if (between(Part::above, Part::outer) || between(Part::inner, Part::rest)) return 1;
    if (between(Part::above, Part::rest) || between(Part::inner, Part::outer)) return -1;
    return 0;
}

}  // namespace

void RegretPolicy::add(Edge& edge, std::int64_t change) const {
    edge.regret += change;
    if (clamped_) edge.regret = std::max<std::int64_t>(edge.regret, 0);
}

void RegretPolicy::on_request(const View& view, const Message& message) {
    const Place from = place(view, message.from);
    const Place to = place(view, message.to);
    if (view.left == kNoKey) {
        edges_[0] = {};  // a child that joins here later starts at zero
    } else {
        add(edges_[0], saving(part_of(Side::left, from), part_of(Side::left, to)));
    }
    if (view.right == kNoKey) {
        edges_[1] = {};
    } else {
        add(edges_[1], saving(part_of(Side::right, from), part_of(Side::right, to)));
    }
    // Seen from our parent we are x: what crosses to our inner side without leaving us.
    if (from.side == Side::above || to.side == Side::above) return;
    const Side inner = view.parent > view.key ? Side::right : Side::left;
    if ((from.side == inner) != (to.side == inner)) ++kept_apart_;
}

void RegretPolicy::on_weights(const View&, Side child, const Report& report) {
    add(edges_[index(child)], -static_cast<std::int64_t>(report.kept_apart));
}

Report RegretPolicy::report(const View&) {
    Report report;
    report.kept_apart = kept_apart_;
    kept_apart_ = 0;
    return report;
}

Lift RegretPolicy::propose_rotation(const View& view, Price average) {
    const std::uint64_t threshold = std::max(floor_ * kHop, 2 * average.alpha);
    const bool left = edges_[0].regret >= edges_[1].regret;
    const Edge& edge = left ? edges_[0] : edges_[1];
    if ((left ? view.left : view.right) == kNoKey) return Lift::none;
    if (edge.regret <= 0 || static_cast<std::uint64_t>(edge.regret) * kHop <= threshold) {
        return Lift::none;
    }
    if (2 * edge.regret < 3 * edge.refused_at) return Lift::none;
    return left ? Lift::left : Lift::right;
}

bool RegretPolicy::confirm(const View&, Lift lift, Price actual) {
    Edge& edge = edges_[lift == Lift::left ? 0 : 1];
    if (edge.regret > 0 && static_cast<std::uint64_t>(edge.regret) * kHop >= 2 * actual.alpha) {
        return true;
    }
    edge.refused_at = edge.regret;
    return false;
}

Price RegretPolicy::limit(Lift lift) {
    const Edge& edge = edges_[lift == Lift::left ? 0 : 1];
    return {static_cast<std::uint64_t>(std::max<std::int64_t>(edge.regret, 0)) * kHop / 2};
}

void RegretPolicy::on_rotation(const View&, bool inner) {
    kept_apart_ = 0;
    if (!inner) edges_ = {};
}

}  // namespace tributary::netlayer::overlay
