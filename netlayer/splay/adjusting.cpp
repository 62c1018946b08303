#include "netlayer/splay/adjusting.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "netlayer/splay/wishes.hpp"
#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

namespace {

using overlay::Lift;
using overlay::Price;
using overlay::Side;

constexpr unsigned kMostTries = 20;
constexpr std::uint64_t kMessagesOfARotation = 9;
constexpr std::uint64_t kCardsOfARotation = 5;
/// Of a message, and of a card without what is signed; about what they take on the wire.
constexpr std::uint64_t kMessageBytes = 100;
constexpr std::uint64_t kCardBytes = 150;
/// As long as no rotation was measured.
constexpr Price kAssumed{kMessagesOfARotation * overlay::kHop};

std::size_t index(Side side) {
    return side == Side::left ? 0 : 1;
}

std::unique_ptr<overlay::Policy> make_policy(const ProcessOptions& options, bool server) {
    if (!options.search_tree || server || options.policy == RotationPolicy::none) return nullptr;
    overlay::PolicyOptions tuning;
    tuning.regret_floor = options.regret_floor;
    tuning.lazy_rotations = options.lazy_rotations;
    auto policy = overlay::make_policy(policy_name(options.policy), tuning);
    return policy ? std::move(*policy) : nullptr;
}

}  // namespace

Adjustment make_adjustment(const ProcessOptions& options, bool server) {
    Adjustment made;
    made.policy = make_policy(options, server);
    return made;
}

overlay::View Adjusting::view() const {
    overlay::View view;
    view.key = state_.self.key;
    view.lo = state_.lo;
    view.hi = state_.hi;
    if (const Child* left = child_at(Side::left)) view.left = left->card.key;
    if (const Child* right = child_at(Side::right)) view.right = right->card.key;
    if (state_.parent) view.parent = state_.parent->card.key;
    if (state_.parent && state_.parent->told) {
        view.parent_lo = state_.parent->lo;
        view.parent_hi = state_.parent->hi;
        view.grandparent = state_.parent->above;
    }
    return view;
}

const Child* Adjusting::child_at(Side side) const {
    return SearchTree(state_).child_on(side);
}

Lift Adjusting::lift_of(ProcessId rising) const {
    const Child* left = child_at(Side::left);
    return left != nullptr && left->card.id == rising ? Lift::left : Lift::right;
}

std::uint64_t Adjusting::cost(std::uint64_t bytes) const {
    const std::uint64_t card = kCardBytes + state_.self.membership.size();
    return kMessagesOfARotation * kMessageBytes + kCardsOfARotation * card + bytes;
}

void Adjusting::watch_edges() {
    for (const Side side : {Side::left, Side::right}) {
        const Child* child = child_at(side);
        const Epoch now = child != nullptr ? child->epoch : 0;
        Epoch& known = adjustment().edges.at(index(side));
        if (known != now) adjustment().policy->on_child(side);
        known = now;
    }
}

Price Adjusting::price() const {
    return adjustment().meter.price(kAssumed);
}

bool Adjusting::invites(Key to) {
    if (!adjustment().policy || to == kNoKey || to == kServerKey || to == state_.self.key) {
        return false;
    }
    return adjustment().policy->invite(view(), {state_.self.key, to, adjustment().era, false},
                                       price());
}

void Adjusting::count(const overlay::Message& seen, std::uint64_t kept) {
    if (!state_.is_connected()) return;
    if (seen.from == kNoKey || seen.to == kNoKey || seen.from == seen.to) return;
    const overlay::View here = view();
    // Both ends on one side: the way between them turns before it comes here.
    if (place(here, seen.from).side == place(here, seen.to).side) return;
    watch_edges();
    adjustment().meter.hop(kMessageBytes + kept - sizeof(Message));
    adjustment().policy->on_request(here, seen);
    adjustment().look = true;
}

void Adjusting::tell(Message& message) {
    if (!adjustment().policy) return;
    std::visit(
        [this](auto& content) {
            if constexpr (requires { content.kept_apart; }) {
                Parent& parent = *state_.parent;
                overlay::Report report = adjustment().policy->report(view());
                parent.kept_apart += std::exchange(report.kept_apart, 0);
                content.kept_apart = parent.kept_apart;
                if constexpr (requires { content.weights; }) content.weights = report;
            }
        },
        message);
}

void Adjusting::hear(ProcessId from, const Message& message) {
    const auto found = state_.children.find(from);
    if (!adjustment().policy || found == state_.children.end()) return;
    std::visit(
        [&](const auto& content) {
            if constexpr (requires { content.kept_apart; }) {
                Child& child = found->second;
                overlay::Report report;
                if constexpr (requires { content.weights; }) report = content.weights;
                if (content.kept_apart > child.kept_apart) {  // else an older one, sent again
                    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
                    report.kept_apart = static_cast<std::uint32_t>(
                        std::min(content.kept_apart - child.kept_apart, kMost));
                    child.kept_apart = content.kept_apart;
                }
                if (report == overlay::Report{}) return;
                watch_edges();
                const Side side = child.card.key < state_.self.key ? Side::left : Side::right;
                adjustment().policy->on_weights(view(), side, report);
                if (report.plan != 0) adjustment().look = true;
            }
        },
        message);
}

void Adjusting::hear_above(const Pong& message) {
    Parent& parent = *state_.parent;
    parent.told = true;
    parent.lo = message.lo;
    parent.hi = message.hi;
    parent.above = message.above;
    adjustment().era = std::max(adjustment().era, message.era);
    if (state_.options.search_tree && message.policy != state_.options.policy) {
        choose(message.policy);
    }
}

void Adjusting::choose(RotationPolicy policy) {
    state_.options.policy = policy;
    adjustment().policy = make_policy(state_.options, state_.is_server());
    adjustment().wish.reset();
    adjustment().look = false;
}

void Adjusting::tick() {
    if (adjustment().wish) adjustment().look = true;
}

const Child* Adjusting::child_of(Lift lift) const {
    switch (lift) {
        case Lift::left:
        case Lift::left_inner: return child_at(Side::left);
        case Lift::right:
        case Lift::right_inner: return child_at(Side::right);
        case Lift::none:
        case Lift::self:
        case Lift::parent: break;
    }
    return nullptr;
}

void Adjusting::ask() {
    Adjustment& mine = adjustment();
    const bool free = state_.phase == Phase::connected && !state_.is_busy() && state_.parent &&
                      state_.now >= state_.next_attempt;
    if (!mine.policy || !mine.look || !free) return;
    mine.look = false;
    watch_edges();
    const Lift lift = mine.policy->propose_rotation(view(), price());
    const bool upward = lift == Lift::self || lift == Lift::parent;
    const Child* child = child_of(lift);
    if (lift == Lift::none || (child == nullptr && !upward)) {
        mine.wish.reset();
        return;
    }
    const ProcessId rising = child != nullptr ? child->card.id : 0;
    if (!mine.wish || mine.wish->lift != lift || mine.wish->child != rising) {
        mine.wish = Wish{lift, rising, static_cast<std::uint64_t>(state_.now.count()), 0};
    }
    const bool knows = !upward || state_.parent->told;
    const bool asks_another = upward || lift == Lift::left_inner || lift == Lift::right_inner;
    // Asked again at the next beat.
    if (!knows || (asks_another && state_.now < mine.next_raise)) return;
    if (mine.wish->tries >= kMostTries) {
        mine.wish.reset();
        mine.policy->abandon(view(), lift);
        return;
    }
    ++mine.wish->tries;
    if (asks_another && !mine.policy->confirm(view(), lift, price())) return;
    Wishes(state_).ask_for(lift, mine.wish->age, true);
}

std::uint64_t Adjusting::most_bytes(ProcessId rising) const {
    const std::uint64_t most = state_.options.max_rotation_bytes;
    if (!adjustment().policy) return most;
    const Price limit = adjustment().policy->limit(lift_of(rising));
    const std::uint64_t bytes = adjustment().meter.cost_of(limit);
    const std::uint64_t fixed = cost(0);
    return bytes <= fixed ? 0 : std::min(most, bytes - fixed);
}

void Adjusting::too_dear(ProcessId rising, std::uint64_t bytes) {
    if (!adjustment().policy) return;
    adjustment().wish.reset();
    adjustment().policy->confirm(view(), lift_of(rising), adjustment().meter.price_of(cost(bytes)));
}

void Adjusting::paid(std::uint64_t bytes) {
    adjustment().meter.rotation(cost(bytes));
}

void Adjusting::rotated(bool inner) {
    Adjustment& mine = adjustment();
    if (!mine.policy) return;
    mine.policy->on_rotation(view(), inner);
    mine.wish.reset();
    mine.look = true;
    for (const Side side : {Side::left, Side::right}) {
        const Child* child = child_at(side);
        mine.edges.at(index(side)) = child != nullptr ? child->epoch : 0;
    }
}

}  // namespace tributary::netlayer
