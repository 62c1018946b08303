#include "netlayer/overlay/counting.hpp"

#include "netlayer/overlay/log2.hpp"

namespace tributary::netlayer::overlay {

namespace {

void halve(Weights& weights, std::uint32_t times) {
    weights.own >>= times;
    weights.left >>= times;
    weights.right >>= times;
}

std::size_t index(Side side) {
    return side == Side::left ? 0 : 1;
}

}  // namespace

std::int32_t rotation_gain(std::uint64_t x_before, std::uint64_t p_after) {
    return log2_fixed(x_before) - log2_fixed(p_after);
}

std::int32_t single_gain(const Surroundings& around, Side child) {
    const Weights& x = around.children.at(index(child)).self;
    const std::uint64_t inner = child == Side::left ? x.right : x.left;
    const std::uint64_t rest = around.weight() - x.sum();
    return rotation_gain(x.sum(), rest + inner);
}

std::int32_t double_gain(const Surroundings& around, Side child) {
    const bool left = child == Side::left;
    const Report& y = around.children.at(index(child));
    const Weights& x = left ? y.right : y.left;
    const std::uint64_t toward_y = left ? x.left : x.right;
    const std::uint64_t toward_us = left ? x.right : x.left;
    const std::uint64_t y_after = y.self.sum() - x.sum() + toward_y;
    const std::uint64_t our_after = around.weight() - y.self.sum() + toward_us;
    return log2_fixed(y.self.sum()) + log2_fixed(x.sum()) - log2_fixed(y_after) -
           log2_fixed(our_after);
}

void CountingPolicy::age(std::uint32_t era) {
    if (era <= era_) return;
    const std::uint32_t times = era - era_ < 31 ? era - era_ : 31;
    around_.own >>= times;
    for (Report& child : around_.children) {
        halve(child.self, times);
        halve(child.left, times);
        halve(child.right, times);
    }
    era_ = era;
}

void CountingPolicy::on_request(const View& view, const Message& message) {
    age(message.era);
    single_ = {};
    double_ = {};
    for (const Key end : {message.from, message.to}) {
        const Place where = place(view, end);
        if (where.side == Side::self) ++around_.own;
        if (where.side == Side::self || where.side == Side::above) continue;
        (where.inner ? double_ : single_)[index(where.side)] = true;
    }
}

void CountingPolicy::on_weights(const View&, Side child, const Report& report) {
    around_.children[index(child)] = report;
}

Report CountingPolicy::report(const View&) {
    const auto total = [](const Weights& weights) {
        return static_cast<std::uint32_t>(weights.sum());
    };
    Report report;
    report.self = {around_.own, total(around_.children[0].self), total(around_.children[1].self)};
    report.left = around_.children[0].self;
    report.right = around_.children[1].self;
    return report;
}

Lift CountingPolicy::propose_rotation(const View&, Price) {
    Lift best = Lift::none;
    std::int32_t best_gain = kSemiSplayGain;
    const auto consider = [&](bool seen, std::int32_t gain, Lift lift) {
        if (!seen || gain <= best_gain) return;
        best_gain = gain;
        best = lift;
    };
    consider(single_[0], single_gain(around_, Side::left), Lift::left);
    consider(single_[1], single_gain(around_, Side::right), Lift::right);
    consider(double_[0], double_gain(around_, Side::left), Lift::left_inner);
    consider(double_[1], double_gain(around_, Side::right), Lift::right_inner);
    single_ = {};
    double_ = {};
    return best;
}

void CountingPolicy::on_rotation(const View& view, bool inner) {
    if (inner) return;
    // Neighbours report again at once; a side without a child weighs nothing.
    if (view.left == kNoKey) around_.children[0] = {};
    if (view.right == kNoKey) around_.children[1] = {};
}

}  // namespace tributary::netlayer::overlay
