#include "netlayer/tree/promotion.hpp"

#include <algorithm>

#include "netlayer/tree/leases.hpp"

namespace tributary::netlayer {
namespace {

/// Fills parts up to a size and a number of elements; what is larger than a part goes alone.
class Parts {
 public:
    Parts(std::uint64_t attempt, const ProcessOptions& options)
        : bytes_(options.promote_part_bytes), elements_(options.max_copies) {
        begin(attempt);
    }

    void add(const Object& object) {
        make_room(object.id.size() + view(object.body).size());
        parts_.back().objects.push_back(object);
    }
    void add(const Dependency& pair) {
        make_room(pair.from.size() + pair.to.size());
        parts_.back().dependencies.push_back(pair);
    }
    void add(const ObjectId& id, const DistQueue& queue) {
        make_room(id.size() + queue.size() * sizeof(ProcessId));
        QueueCopy copy{id, {}};
        for (const QueueEntry& entry : queue.entries()) copy.processes.push_back(entry.process);
        parts_.back().queues.push_back(std::move(copy));
    }
    [[nodiscard]] std::vector<PromotePart> take() { return std::move(parts_); }

 private:
    void begin(std::uint64_t attempt) {
        parts_.push_back({attempt, {}, {}, {}});
        used_bytes_ = used_elements_ = 0;
    }
    void make_room(std::size_t bytes) {
        constexpr std::size_t kFrame = 32;  // tags, lengths and a version
        const bool full = used_bytes_ + bytes + kFrame > bytes_ || used_elements_ + 1 > elements_;
        if (full && used_elements_ > 0) begin(parts_.back().attempt);
        used_bytes_ += bytes + kFrame;
        ++used_elements_;
    }

    std::size_t bytes_;
    std::size_t elements_;
    std::size_t used_bytes_ = 0;
    std::size_t used_elements_ = 0;
    std::vector<PromotePart> parts_;
};

}  // namespace

bool Promotion::advance() {
    if (!state_.attempt) {
        if (may_begin()) begin();
        return false;
    }
    Attempt& attempt = *state_.attempt;
    if (!attempt.complete()) return false;
    // Nothing changes here any more: every neighbour sent its last message for this process.
    if (!attempt.handed_over) {
        attempt.handed_over = true;
        send_state(attempt.successor, attempt.answers.at(attempt.successor));
    }
    return state_.links.all_acknowledged(attempt.successor);
}

bool Promotion::may_begin() const {
    // A child that is fenced or still to come has its place in the queues and cannot answer.
    const bool settled =
        std::all_of(state_.children.begin(), state_.children.end(),
                    [](const auto& entry) { return !entry.second.fenced && entry.second.spoke; });
    return settled && !state_.holding && state_.now >= state_.next_attempt &&
           state_.children.size() <= state_.options.max_children && Leases(state_).held();
}

void Promotion::begin() {
    // The smallest subtree, so that nobody gets many more children than the degree.
    const auto smallest = std::min_element(
        state_.children.begin(), state_.children.end(),
        [](const auto& a, const auto& b) { return a.second.subtree < b.second.subtree; });
    Attempt attempt{++state_.attempts, smallest->first, {}, {}, state_.now};
    for (const auto& [id, child] : state_.children) {
        if (id != attempt.successor) attempt.siblings.push_back(id);
    }
    state_.attempt = std::move(attempt);
    Hold hold{state_.attempts, smallest->second.card, {}};
    for (const ProcessId id : neighbours()) {
        hold.siblings.clear();
        if (id == smallest->first) hold.siblings = state_.attempt->siblings;
        state_.send(id, hold);
    }
}

std::vector<ProcessId> Promotion::neighbours() const {
    std::vector<ProcessId> all{state_.parent_id()};
    for (const auto& [id, child] : state_.children) all.push_back(id);
    return all;
}

bool Promotion::on_hold_ok(ProcessId from, const HoldOk& message) {
    if (!state_.attempt || state_.attempt->number != message.attempt) return true;  // given up
    Attempt& attempt = *state_.attempt;
    std::size_t epochs = 0;  // of a sibling, which is nobody's upper end
    if (from == state_.parent_id()) epochs = 1;
    if (from == attempt.successor) epochs = attempt.siblings.size();
    if (message.epochs.size() != epochs) return false;
    attempt.answers.emplace(from, message);
    return true;
}

void Promotion::on_hold_no(const HoldNo& message) {
    if (state_.attempt && state_.attempt->number == message.attempt) abort();
}

void Promotion::abort() {
    if (!state_.attempt) return;
    ++state_.counters.promotions_aborted;
    const std::uint64_t number = state_.attempt->number;
    state_.attempt.reset();
    for (const ProcessId id : neighbours()) {
        if (state_.links.is_open(id)) state_.send(id, Unhold{number});
    }
    state_.back_off(number);
}

void Promotion::tick() {
    if (!state_.attempt) return;
    const bool late = state_.now - state_.attempt->begun >= state_.options.lease;
    if (late || !Leases(state_).held()) abort();
}

void Promotion::depart() {
    const Attempt attempt = *state_.attempt;
    const HoldOk& above = attempt.answers.at(state_.parent_id());
    const HoldOk& successor = attempt.answers.at(attempt.successor);
    Promote promote{attempt.number, {state_.parent->card, above.epochs.front()}, {}};
    for (std::size_t i = 0; i < attempt.siblings.size(); ++i) {
        promote.siblings.push_back(
            {state_.children.at(attempt.siblings[i]).card, successor.epochs[i]});
    }
    for (const Neighbour& sibling : promote.siblings) {
        state_.send(sibling.card.id, Depart{attempt.number, sibling.epoch});
    }
    state_.send(attempt.successor, std::move(promote));
    state_.send(state_.parent_id(), Depart{attempt.number, above.epochs.front()});
}

void Promotion::send_state(ProcessId successor, const HoldOk& known) {
    Parts parts(known.attempt, state_.options);
    for (const Object& object : newer_copies(known)) parts.add(object);
    for (const Dependency& pair : state_.dependencies.pairs()) parts.add(pair);
    for (const auto& [id, queue] : state_.queues) parts.add(id, queue);
    for (PromotePart& part : parts.take()) state_.send(successor, std::move(part));
}

std::vector<Object> Promotion::newer_copies(const HoldOk& known) const {
    std::map<ObjectId, Version> versions;
    for (const KnownVersion& copy : known.versions) versions[copy.object] = copy.version;
    std::vector<Object> newer;
    for (const auto& [id, object] : state_.copies.all()) {
        const auto there = versions.find(id);
        if (there == versions.end() || object.version > there->second) newer.push_back(object);
    }
    return newer;
}

}  // namespace tributary::netlayer
