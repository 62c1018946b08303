#include "netlayer/overlay/splay.hpp"

namespace tributary::netlayer::overlay {

namespace {

/// The other end of a message that starts or ends here; kNoKey when it only passes.
Key other_end(const View& view, const Message& message) {
    Key other = kNoKey;
    if (message.from == view.key) other = message.to;
    if (message.to == view.key) other = message.from;
    return other == kServerKey || other == view.key ? kNoKey : other;
}

}  // namespace

bool SplayPolicy::takes_one_step(const View& view) const {
    return view.parent_covers(goal_) || view.grandparent == goal_;
}

bool SplayPolicy::invite(const View&, const Message&, Price) {
    return true;
}

void SplayPolicy::on_request(const View& view, const Message& message) {
    const Key goal = message.splay ? other_end(view, message) : kNoKey;
    if (goal == kNoKey) return;
    goal_ = goal;
    left_ = budget_;
    half_done_ = false;
}

Lift SplayPolicy::propose_rotation(const View& view, Price) {
    if (goal_ == kNoKey || left_ == 0) return Lift::none;
    if (view.parent == goal_ || view.left == goal_ || view.right == goal_) {
        goal_ = kNoKey;
        return Lift::none;
    }
    if (view.is_root() || view.covers(goal_)) return Lift::none;  // waits as common ancestor
    if (half_done_ || takes_one_step(view)) return Lift::self;
    const bool zig_zig = (view.key < view.parent) == (view.parent < view.grandparent);
    return zig_zig ? Lift::parent : Lift::self;
}

bool SplayPolicy::confirm(const View& view, Lift, Price) {
    half_done_ = !half_done_ && !takes_one_step(view);
    --left_;
    return true;
}

void SplayPolicy::abandon(const View&, Lift) {
    goal_ = kNoKey;
}

bool GatePolicy::invite(const View&, const Message& message, Price average) {
    const bool repeated = message.to == last_;
    last_ = message.to;
    repeats_ += repeated ? kOne / 16 : 0;
    repeats_ -= repeats_ / 16;
    // A pair that repeats with probability r pays when r > alpha / (1 + alpha).
    return repeated && std::uint64_t{repeats_} * (kHop + average.alpha) > average.alpha * kOne;
}

}  // namespace tributary::netlayer::overlay
