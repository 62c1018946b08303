// How each stimulus is done, and how a script of them is followed.
#include "netlayer/simulation/workload.hpp"
#include "netlayer/state.hpp"

namespace tributary::netlayer::simulation {

void Workload::begin(const Script& given) {
    given_ = &given;
    begin_server();
    for (std::size_t place = 0; place < given.entries.size(); ++place) {
        const Script::Entry& entry = given.entries[place];
        if (options_.skip.contains(entry.number)) continue;
        world_.wake(entry.asked, {Reason::foresee, place});
        end_ = place + 1;
    }
}

void Workload::foresee(std::size_t place) {
    world_.wake(given_->entries[place].at - world_.now(), {Reason::stimulus, place});
}

void Workload::follow(std::size_t place) {
    if (place < next_) return;  // done early, within the one before it
    next_ = place + 1;
    last_at_ = world_.now();
    take(given_->entries[place]);
}

void Workload::make(Stimulus made) {
    take({made_.entries.size() + 1, world_.now(), asked_, std::move(made)});
}

void Workload::take(Script::Entry entry) {
    // One that leads to another at once stands before it, and may move while it is done.
    const Stimulus now = entry.stimulus;
    made_.entries.push_back(std::move(entry));
    const bool done = std::visit([this](const auto& each) { return perform(each); }, now);
    if (!done) made_.entries.pop_back();
}

bool Workload::perform(const stimulus::Operate& operate) {
    if (!works(operate.client)) return false;
    Operation operation;
    operation.life = life_.at(operate.client);
    operation.kind = operate.kind;
    operation.objects = operate.objects;
    operation.writes = operate.writes;
    operation.invoked = world_.now();
    const Operation& recorded = history_.invoke(std::move(operation));
    if (operate.kind == Kind::update) {
        waited_for_[recorded.id] = operate.client;
        count_update();
    }
    entry_of_[recorded.id] = made_.entries.size() - 1;
    if (operate.kind == Kind::update || operate.kind == Kind::multi_read) {
        world_.give(operate.client, UpdateInvoked{recorded.id, recorded.objects, operate.force});
    } else {
        const bool strict = operate.kind == Kind::strict_read;
        world_.give(operate.client, ReadInvoked{recorded.id, recorded.objects.front(), strict});
    }
    return true;
}

bool Workload::perform(const stimulus::Submit& submit) {
    if (!works(submit.client)) return false;
    contributions_.submit(submit.client, submit.objects);
    count_update();
    if (submit.impatient) contributions_.lose_patience(submit.client);
    contribute(submit.client);
    return true;
}

bool Workload::perform(const stimulus::Join& join) {
    come_in(join.client);
    return true;
}

bool Workload::perform(const stimulus::Leave& leave) {
    if (!works(leave.client)) return false;
    world_.give(leave.client, LeaveInvoked{});
    return true;
}

bool Workload::perform(const stimulus::Cut& cut) {
    if (!works(cut.client)) return false;
    ++report_.cuts;
    if (cut.slow_timers > Micros{0}) world_.slow_timers(cut.client, cut.slow_timers);
    world_.cut_parent(cut.client);
    return true;
}

bool Workload::perform(const stimulus::Reset& reset) {
    if (!works(reset.client)) return false;
    ++report_.resets;
    world_.reset_parent(reset.client);
    return true;
}

bool Workload::perform(const stimulus::Crash& crash) {
    if (!works(crash.client)) return false;
    ++report_.crashes;
    history_.end_life(life_.at(crash.client), Fate::lost);
    contributions_.interrupt(crash.client);
    forget_updates(crash.client);
    world_.crash(crash.client);
    world_.wake(crash.back_after, {Reason::join, crash.client});
    return true;
}

bool Workload::perform(const stimulus::CrashServer& crash) {
    if (world_.process(kServer) == nullptr) return false;
    ++report_.server_restarts;
    forget_updates(kServer);  // what its disk holds of them may still be completed
    world_.crash_server(crash.pause);
    world_.wake(crash.pause, {Reason::restart, kServer});
    return true;
}

bool Workload::perform(const stimulus::Revoke& revoke) {
    if (!works(revoke.client) || world_.revocations().is_revoked(revoke.client)) return false;
    ++report_.revocations;
    world_.revoke(revoke.client);
    return true;
}

bool Workload::perform(const stimulus::Rotate& rotate) {
    if (!works(rotate.client)) return false;
    if (!world_.process(rotate.client)->state().children.contains(rotate.child)) return false;
    world_.give(rotate.client, RotateInvoked{rotate.child});
    return true;
}

bool Workload::perform(const stimulus::ChoosePolicy& choice) {
    world_.give(kServer, PolicyChosen{choice.policy});
    return true;
}

}  // namespace tributary::netlayer::simulation
