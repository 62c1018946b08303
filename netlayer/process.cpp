#include "netlayer/process.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "netlayer/admission.hpp"
#include "netlayer/dispatch.hpp"
#include "netlayer/operation/forces.hpp"
#include "netlayer/operation/reads.hpp"
#include "netlayer/operation/updates.hpp"
#include "netlayer/queue/retrieval.hpp"
#include "netlayer/server/image.hpp"
#include "netlayer/splay/adjusting.hpp"
#include "netlayer/splay/balancing.hpp"
#include "netlayer/splay/holders.hpp"
#include "netlayer/splay/planning.hpp"
#include "netlayer/splay/sinking.hpp"
#include "netlayer/splay/wishes.hpp"
#include "netlayer/state.hpp"
#include "netlayer/tree/credentials.hpp"
#include "netlayer/tree/leases.hpp"
#include "netlayer/tree/membership.hpp"
#include "netlayer/tree/promotion.hpp"
#include "netlayer/tree/recovery.hpp"
#include "netlayer/tree/succession.hpp"

namespace tributary::netlayer {
namespace {

/// Runs one event through the parts of a process.
class Step {
 public:
    explicit Step(State& state) : state_(state) {}

    void operator()(const Started&) { Membership(state_).serve(); }
    void operator()(const LinkUp&) {}
    void operator()(const LinkDown& event) { Recovery(state_).on_link_down(event); }
    void operator()(MessageReceived& event) { receive(event); }
    void operator()(const DirectReceived& event);
    void operator()(const TimerFired& event);
    void operator()(const UpdateInvoked& event) {
        if (!waits(event)) Updates(state_).invoke(event);
    }
    void operator()(const ReadInvoked& event) {
        if (!waits(event)) Reads(state_).invoke(event);
    }
    void operator()(const JoinInvoked& event) { Membership(state_).join(event); }
    void operator()(const LeaveInvoked&) { Membership(state_).leave(); }
    void operator()(const ComputationDone& event) {
        if (!waits(event)) Updates(state_).computed(event);
    }
    void operator()(const Stored&) {}
    void operator()(const PolicyChosen& event) {
        if (state_.is_server()) Adjusting(state_).choose(event.policy);
    }
    void operator()(const RotateInvoked& event) {
        Sinking(state_).begin(event.child, static_cast<std::uint64_t>(state_.now.count()));
    }
    void operator()(const LinkResumed& event) { Recovery(state_).on_link_resumed(event); }
    void operator()(const LinkGreeted& event) { Recovery(state_).on_link_greeted(event); }
    void operator()(const CardIssued& event) {
        state_.self.membership = event.membership;
        if (!waits(event)) Credentials(state_).tell_neighbours();
    }
    void operator()(const RevocationIssued& event) {
        Credentials(state_).on_revoke(event.revocation);
    }

    /// Whether the event changes what the server's image contains.
    [[nodiscard]] static bool lasting(const Input& input);
    /// What follows from the event without another one.
    void finish();

 private:
    void receive(MessageReceived& event);
    void process(ProcessId from, const Message& message);
    /// A frozen process keeps what is not the leaver's for later (C10, C14).
    /// @return  whether the input was kept, or refused at the bound
    template <typename Kind>
    bool waits(const Kind& event);
    void refuse(const MessageReceived& event);
    template <typename Kind>
    void refuse(const Kind& event);
    /// What an end of the frozen time and new edges let through.
    void catch_up();
    void replay();
    void run_arrivals();
    void persist();

    State& state_;
};

void Step::operator()(const DirectReceived& event) {
    if (const auto* request = std::get_if<JoinRequest>(&event.message)) {
        Membership(state_).on_join_request(event.from, *request);
    } else if (const auto* accept = std::get_if<JoinAccept>(&event.message)) {
        if (!Membership(state_).on_join_accept(event.from, *accept)) return;
        for (auto& early : state_.links.take_early(event.from, accept->epoch)) receive(early);
        state_.links.forget_early();
    } else if (const auto* refusal = std::get_if<JoinRefuse>(&event.message)) {
        Membership(state_).on_join_refuse(*refusal);
    } else if (const auto* answer = std::get_if<ReadReturn>(&event.message)) {
        if (state_.mutations.reply_without_climb) Reads(state_).on_return(*answer);
    }
}

void Step::operator()(const TimerFired& event) {
    const bool ticking = state_.phase != Phase::idle && state_.phase != Phase::left;
    if (event.timer != kTick || !ticking) return;
    state_.effects.emplace_back(SetTimer{kTick, state_.now + state_.options.heartbeat});
    Recovery(state_).tick();
    Succession(state_).tick();
    Promotion(state_).tick();
    Sinking(state_).tick();
    Membership(state_).tick();
    if (!state_.is_connected()) return;
    Leases(state_).ping();
    Balancing(state_).look();
    Adjusting(state_).tick();
    Planning(state_).tick();
    Updates(state_).tick();
    Reads(state_).tick();
    Forces(state_).tick();
}

bool Step::lasting(const Input& input) {
    if (const auto* received = std::get_if<MessageReceived>(&input)) {
        return !is_heartbeat(received->message);
    }
    // Ticks mark what they change themselves; what a link's fate changes is marked by Recovery.
    return std::holds_alternative<DirectReceived>(input) ||
           std::holds_alternative<UpdateInvoked>(input) ||
           std::holds_alternative<ReadInvoked>(input) ||
           std::holds_alternative<ComputationDone>(input) || std::holds_alternative<Started>(input);
}

void Step::receive(MessageReceived& event) {
    Verdict verdict = state_.links.accept(event);
    if (verdict == Verdict::drop && state_.mutations.no_fence && state_.is_connected() &&
        std::holds_alternative<Migrate>(event.message)) {
        verdict = Verdict::process;
    }
    if (verdict == Verdict::drop && state_.mutations.duplicates_processed &&
        state_.links.is_current(event.from, event.epoch)) {
        verdict = Verdict::process;
    }
    switch (verdict) {
        case Verdict::process:
            if (!waits(event)) process(event.from, event.message);
            break;
        case Verdict::drop: ++state_.counters.dropped_dead_epoch; break;
        case Verdict::broken:
            Recovery(state_).cut_off(event.from, "a message is missing before it");
            break;
        case Verdict::unknown:
            if (Holders(state_).expects(event)) {
                if (Holders(state_).on_switch_b(event)) break;
                Recovery(state_).cut_off(event.from, "its first word is not the first");
                break;
            }
            ++state_.counters.early_messages;
            if (state_.mutations.switch_on_first_word && Succession(state_).expects(event.from)) {
                Succession(state_).switch_now(event.epoch);
            }
            if (state_.phase == Phase::joining || Succession(state_).expects(event.from)) {
                state_.links.keep_early(std::move(event));
            }
            break;
    }
}

void Step::process(ProcessId from, const Message& message) {
    const bool child = state_.children.contains(from);
    if (child) state_.children.at(from).spoke = true;
    if (const Status status = admit(message, child ? Side::child : Side::parent, state_.options);
        !status && !state_.mutations.no_fence) {
        Recovery(state_).cut_off(from, status.error().message);
        return;
    }
    // What a parent sends has passed above; asking again would only cost.
    if (child && !admit_versions(message, state_.copies, state_.inspect)) {
        ++state_.counters.versions_refused;
        Recovery(state_).cut_off(from, "a version that may not follow");
        return;
    }
    Adjusting(state_).hear(from, message);
    const bool kept = dispatch(state_, from, message);
    if (!kept) Recovery(state_).cut_off(from, message_name(message));
}

template <typename Kind>
bool Step::waits(const Kind& event) {
    if (!state_.is_frozen()) return false;
    if constexpr (std::is_same_v<Kind, MessageReceived>) {
        const bool answered_at_once = is_heartbeat(event.message) || is_lock_request(event.message);
        if (answered_at_once || state_.drains(event.from)) return false;
    } else if (state_.mutations.frozen_local_steps) {
        return false;
    }
    // There are never more computations than operations, and their results cannot be had again. Of
    // the coordinator's cards only one waits: the neighbours are told the newest.
    constexpr bool kCard = std::is_same_v<Kind, CardIssued>;
    constexpr bool kKept = kCard || std::is_same_v<Kind, ComputationDone>;
    if constexpr (kCard) {
        std::erase_if(state_.backlog,
                      [](const Input& input) { return std::holds_alternative<CardIssued>(input); });
    }
    if (kKept || state_.backlog.size() < state_.options.max_held) {
        state_.backlog.emplace_back(event);
    } else if constexpr (!kKept) {
        ++state_.counters.bound_held;
        refuse(event);
    }
    return true;
}

void Step::refuse(const MessageReceived& event) {
    Recovery(state_).cut_off(event.from, "more messages than are kept during a promotion");
}

template <typename Kind>
void Step::refuse(const Kind& event) {
    state_.notify(
        Aborted{event.operation, Error{Errc::limit_exceeded,
                                       "too many operations wait until this process has taken its "
                                       "parent's place; repeat it later"}});
}

void Step::catch_up() {
    run_arrivals();
    while (true) {  // each turn uses up an input that was kept
        if (!state_.backlog.empty() && !state_.is_frozen()) {
            replay();
        } else if (!state_.opened.empty()) {
            const LinkTable::Key edge = state_.opened.back();
            state_.opened.pop_back();
            for (auto& early : state_.links.take_early(edge.first, edge.second)) receive(early);
        } else {
            return;
        }
        run_arrivals();
    }
}

void Step::replay() {
    Input input = std::move(state_.backlog.front());
    state_.backlog.pop_front();
    if (const auto* message = std::get_if<MessageReceived>(&input)) {
        // Of an edge that was lost meanwhile it would leave elements that nobody replaces.
        const bool current = state_.links.is_current(message->from, message->epoch);
        if (current) process(message->from, message->message);
    } else {
        std::visit(*this, input);
    }
}

void Step::run_arrivals() {
    if (state_.is_frozen() && !state_.mutations.frozen_local_steps) return;
    while (!state_.arrivals.empty()) {  // each turn uses up one queue element
        const Arrival arrival = state_.arrivals.front();
        state_.arrivals.pop_front();
        Updates(state_).arrived(arrival);
    }
}

void Step::finish() {
    catch_up();
    for (const ProcessId peer : state_.links.take_broken()) {
        Recovery(state_).cut_off(peer, "it acknowledges too little or too much");
    }
    for (const auto& [peer, epoch] : state_.links.take_ended()) {
        if (state_.is_connected()) state_.effects.emplace_back(CloseLink{peer, epoch, true});
    }
    Membership(state_).advance_leave();
    Wishes(state_).follow();
    Balancing(state_).ask();
    Adjusting(state_).ask();
    if (state_.is_server()) persist();
}

void Step::persist() {
    const std::set<ObjectId> changed = state_.copies.take_changed();
    Persist persist{state_.persists + 1, {}, nullptr};
    for (const ObjectId& id : changed) {
        // The initial version needs no storing: an unknown object starts there.
        const Object* copy = state_.copies.find(id);
        if (copy != nullptr && copy->version > 0) persist.objects.push_back(*copy);
    }
    const bool with_image = state_.options.persist_state && std::exchange(state_.dirty, false);
    if (persist.objects.empty() && !with_image) return;
    ++state_.persists;
    state_.effects.insert(state_.effects.begin(), std::move(persist));
}

}  // namespace

Process::Process(Setup setup) {
    // Started again with another kind of tree: who stood in the old one has to join anew.
    if (setup.image && !fits(*setup.image, setup.options)) setup.image.reset();
    const bool recovered = setup.recovered && !setup.image;
    TRIBUTARY_ASSERT(setup.options.lease < setup.options.silence);
    TRIBUTARY_ASSERT(setup.options.degree > 0);
    state_ = std::make_unique<State>(std::move(setup));
    if (recovered) state_->quiet_until = state_->options.silence;
}

Process::~Process() = default;
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;

std::vector<Effect> Process::step(Event event) {
    TRIBUTARY_ASSERT(event.now >= state_->now);
    state_->now = event.now;
    Step step(*state_);
    if (step.lasting(event.input)) state_->dirty = true;
    std::visit(step, event.input);
    step.finish();
    return std::exchange(state_->effects, {});
}

ProcessId Process::id() const {
    return state_->self.id;
}

Phase Process::phase() const {
    return state_->phase;
}

std::optional<Sequence> Process::received(ProcessId peer, Epoch epoch) const {
    // The edge to a new parent is dialled before the first word on it has come.
    if (state_->holding && state_->holding->rotation && peer == state_->holding->successor.id &&
        Holders(*state_).is_abandoned_by(state_->holding->leaver) &&
        state_->holding->announced.at(peer) == epoch) {
        return 0;
    }
    return state_->links.received(peer, epoch);
}

std::shared_ptr<const ServerImage> Process::image() const {
    return std::make_shared<const ServerImage>(capture(*state_));
}

const Object* Process::copy(const ObjectId& object) const {
    return state_->copies.find(object);
}

}  // namespace tributary::netlayer
