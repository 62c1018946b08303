#include "netlayer/splay/adjusting.hpp"

#include <algorithm>
#include <limits>

#include "netlayer/splay/sinking.hpp"
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
constexpr Price kTooMuch{std::numeric_limits<std::uint64_t>::max() / 4};

std::size_t index(Side side) {
    return side == Side::left ? 0 : 1;
}

}  // namespace

Adjustment make_adjustment(const ProcessOptions& options, bool server) {
    Adjustment made;
    const bool rotates = options.search_tree && !server;
    if (!rotates || options.policy == RotationPolicy::none) return made;
    overlay::PolicyOptions tuning;
    tuning.regret_floor = options.regret_floor;
    auto policy = overlay::make_policy("regret", tuning);
    if (policy) made.policy = std::move(*policy);
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
    return view;
}

const Child* Adjusting::child_at(Side side) const {
    const Child* child = SearchTree(state_).child_towards(side == Side::left ? kNoKey : kServerKey);
    return child != nullptr && !child->fenced ? child : nullptr;
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

void Adjusting::count(Key from, Key to, std::uint64_t kept) {
    if (!state_.is_connected()) return;
    if (from == kNoKey || to == kNoKey || from == to) return;
    const overlay::View here = view();
    // Both ends on one side: the way between them turns before it comes here.
    if (place(here, from).side == place(here, to).side) return;
    watch_edges();
    adjustment().meter.hop(kMessageBytes + kept - sizeof(Message));
    adjustment().policy->on_request(here, {from, to});
    adjustment().look = true;
}

void Adjusting::tell(Message& message) {
    if (!adjustment().policy) return;
    std::visit(
        [this](auto& content) {
            if constexpr (requires { content.kept_apart; }) {
                Parent& parent = *state_.parent;
                parent.kept_apart += adjustment().policy->report(view()).kept_apart;
                content.kept_apart = parent.kept_apart;
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
                if (content.kept_apart <= child.kept_apart) return;  // an older one, sent again
                constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
                overlay::Report report;
                report.kept_apart = static_cast<std::uint32_t>(
                    std::min(content.kept_apart - child.kept_apart, kMost));
                child.kept_apart = content.kept_apart;
                watch_edges();
                const Side side = child.card.key < state_.self.key ? Side::left : Side::right;
                adjustment().policy->on_weights(view(), side, report);
            }
        },
        message);
}

void Adjusting::ask() {
    Adjustment& mine = adjustment();
    const bool free = state_.phase == Phase::connected && !state_.is_busy() && state_.parent &&
                      state_.now >= state_.next_attempt;
    if (!mine.policy || !mine.look || !free) return;
    mine.look = false;
    watch_edges();
    const Lift lift = mine.policy->propose_rotation(view(), mine.meter.price(kAssumed));
    const Child* child = nullptr;
    if (lift == Lift::left) child = child_at(Side::left);
    if (lift == Lift::right) child = child_at(Side::right);
    if (child == nullptr) {
        mine.wish.reset();
        return;
    }
    const ProcessId rising = child->card.id;
    if (!mine.wish || mine.wish->child != rising) {
        mine.wish = Wish{rising, static_cast<std::uint64_t>(state_.now.count()), 0};
    }
    if (mine.wish->tries >= kMostTries) {
        mine.wish.reset();
        mine.policy->confirm(view(), lift, kTooMuch);  // not again before it is worth more
        return;
    }
    ++mine.wish->tries;
    Sinking(state_).begin(rising, mine.wish->age, true);
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
    for (const Side side : {Side::left, Side::right}) {
        const Child* child = child_at(side);
        mine.edges.at(index(side)) = child != nullptr ? child->epoch : 0;
    }
}

}  // namespace tributary::netlayer
