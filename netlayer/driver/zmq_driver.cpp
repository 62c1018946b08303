#include "netlayer/driver/zmq_driver.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "netlayer/server/image_codec.hpp"

namespace tributary::netlayer {

namespace {

// Longest sleep of the reactor; also the grain in which a lost session is tried again.
constexpr Micros kLongestWait = std::chrono::milliseconds(100);
// Effects behind a Persist; beyond, peers are not read until the disk has caught up.
constexpr std::size_t kMaxUnstored = 10'000;
// What a message carries beside bodies.
constexpr std::size_t kMessageSlack = std::size_t{64} << 10U;
constexpr std::size_t kSocketSlack = std::size_t{1} << 20U;

TransportOptions transport_options(const NodeOptions& options, ProcessId self) {
    TransportOptions made;
    made.self = self;
    made.keys = options.keys;
    made.listen = options.listen;
    made.state = options.state;
    made.card_lifetime = options.card_lifetime;
    made.card_tolerance = options.card_tolerance;
    made.server = {options.server_endpoint, options.server_public_key};
    made.codec.message_bytes = options.max_message_bytes + kMessageSlack;
    made.codec.objects = options.process.max_copies;
    made.codec.path = options.process.max_hops;
    made.sockets.message_bytes = made.codec.message_bytes + kSocketSlack;
    made.stale = options.process.lease;
    return made;
}

ProcessId number_of(const NodeOptions& options) {
    return options.role == Role::server ? kServer : process_id_of_key(options.keys.public_key);
}

Result<std::vector<Output>> run_program(const Computation& program,
                                        const std::vector<Object>& inputs, std::size_t limit) {
    if (!program) return std::vector<Output>{};
    std::map<ObjectId, Object> by_id;
    for (const Object& input : inputs) by_id.emplace(input.id, input);
    std::vector<Output> outputs;
    try {
        TRIBUTARY_TRY(auto bodies, program(by_id));
        for (auto& [id, body] : bodies) {
            if (body.size() > limit) {
                return fail(Errc::limit_exceeded,
                            "the new version of object " + id + " has " +
                                std::to_string(body.size()) + " bytes, more than the limit of " +
                                std::to_string(limit) + ". Bound the size of the model");
            }
            outputs.push_back({id, std::make_shared<const Bytes>(std::move(body))});
        }
    } catch (const std::exception& problem) {
        return fail(Errc::internal, std::string("the program of an update threw: ") +
                                        problem.what() + ". Report this as a bug");
    }
    return outputs;
}

}  // namespace

ZmqDriver::ZmqDriver(NodeOptions options)
    : options_(std::move(options)),
      random_(number_of(options_)),
      operations_(options_.max_submitted + options_.process.max_operations),
      backoff_(options_.rejoin_backoff) {}

Result<std::unique_ptr<ZmqDriver>> ZmqDriver::make(NodeOptions options,
                                                   std::unique_ptr<Store> store, Metrics& metrics) {
    auto driver = std::make_unique<ZmqDriver>(std::move(options));
    TRIBUTARY_CHECK(driver->open_keys());
    TRIBUTARY_CHECK(driver->open_sockets(metrics));
    TRIBUTARY_CHECK(driver->begin_life(std::move(store)));
    return driver;
}

ZmqDriver::~ZmqDriver() {
    // The threads first: they post to the mailbox and call the program's captures.
    if (pool_) pool_->stop();
    if (writer_) writer_->stop();
}

Status ZmqDriver::open_sockets(Metrics& metrics) {
    TRIBUTARY_TRY(mailbox_, Mailbox::make(options_.max_submitted));
    context_ = std::make_unique<Context>();
    TransportOptions transport = transport_options(options_, number_of(options_));
    TRIBUTARY_TRY(transport.signing, load_or_create_signing_key(options_.state));
    transport.processed = [this](ProcessId peer, Epoch epoch) {
        return process_->received(peer, epoch);
    };
    transport.member_keys = [this](ProcessId member, const std::string& organization) {
        return member_keys(member, organization);
    };
    TRIBUTARY_TRY(transport_, Transport::start(*context_, std::move(transport), clock_, metrics));
    pool_ = std::make_unique<WorkerPool>(options_.threads, options_.process.max_operations);
    return {};
}

Card ZmqDriver::own_card() const {
    return {number_of(options_), 0,
            options_.advertise.empty() ? transport_->endpoint() : options_.advertise,
            options_.keys.public_key, options_.name};
}

Status ZmqDriver::begin_life(std::unique_ptr<Store> store) {
    Process::Setup setup;
    setup.self = own_card();
    setup.options = options_.process;
    setup.inspect = options_.inspect;
    setup.options.promote_part_bytes =
        std::min(setup.options.promote_part_bytes, options_.max_message_bytes);
    if (is_server()) {
        TRIBUTARY_CHECK(begin_service(std::move(store), setup));
    } else {
        TRIBUTARY_TRY(incarnations_, Incarnations::open(options_.state));
        setup.self.incarnation = incarnations_->last();
        join_at_ = clock_.monotonic();
    }
    process_.emplace(std::move(setup));
    return {};
}

Status ZmqDriver::begin_service(std::unique_ptr<Store> store, Process::Setup& setup) {
    setup.options.persist_state = true;
    TRIBUTARY_TRY(setup.self.incarnation, store->begin_incarnation());
    TRIBUTARY_TRY(setup.restored, store->load());
    storing_.emplace_back(0, setup.restored);
    TRIBUTARY_TRY(const auto stored, store->load_state());
    if (stored) {
        TRIBUTARY_TRY(setup.image, decode_image(*stored));
        if (setup.image->incarnation >= setup.self.incarnation) {
            return fail(Errc::corrupt,
                        "the stored protocol state is newer than the store's incarnation. Restore "
                        "the store from a backup");
        }
        stored_ = setup.image->persists;
    }
    setup.recovered = setup.self.incarnation > 1;
    operations_ = Operations(options_.max_submitted + options_.process.max_operations,
                             setup.self.incarnation << kEpochCounterBits);
    transport_->serve_as(setup.self.incarnation);
    writer_ =
        std::make_unique<StoreWriter>(std::move(store), [this](const Result<std::uint64_t>& token) {
            static_cast<void>(
                mailbox_->post([this, token] { on_stored(token); }, Mailbox::Bound::unlimited));
        });
    return {};
}

void ZmqDriver::run() {
    if (is_server()) {
        tell_stored();
        step(Started{});
    }
    while (!stopping_) turn();
    end();
}

void ZmqDriver::request_stop() {
    stopping_ = true;
    static_cast<void>(mailbox_->post([] {}, Mailbox::Bound::unlimited));
}

bool ZmqDriver::may_read() const {
    return effects_.size() + changing_.size() < kMaxUnstored && notes_.failure.empty();
}

void ZmqDriver::turn() {
    transport_->wait(mailbox_->descriptor(), time_to_wait(), may_read());
    for (const Mailbox::Task& task : mailbox_->take()) task();
    for (Input& input : transport_->collect(may_read())) {
        if (auto* direct = std::get_if<DirectReceived>(&input)) {
            if (auto* join = std::get_if<JoinRequest>(&direct->message)) {
                remember(*join);
                assign_key(*join);
            }
        }
        // Not before: what comes in front of it could be sent ahead of what the peer misses.
        if (const auto* resumed = std::get_if<LinkResumed>(&input)) transport_->resumed(*resumed);
        step(std::move(input));
    }
    fire_timers();
    if (!is_server()) join_when_due();
    submit_changes();
}

Micros ZmqDriver::time_to_wait() const {
    if (transport_->has_inputs()) return Micros(0);
    const Micros now = clock_.monotonic();
    Micros due = now + kLongestWait;
    for (const auto& [timer, at] : timers_) due = std::min(due, at);
    if (join_at_ && transport_->has_card()) due = std::min(due, *join_at_);
    return std::max(due - now, Micros(0));
}

void ZmqDriver::fire_timers() {
    const Micros now = clock_.monotonic();
    std::vector<TimerId> due;
    for (const auto& [timer, at] : timers_) {
        if (at <= now) due.push_back(timer);
    }
    for (const TimerId timer : due) {
        timers_.erase(timer);
        step(TimerFired{timer});
    }
}

void ZmqDriver::join_when_due() {
    if (!transport_->refusal().empty()) give_up_joining();
    if (!join_at_ || !transport_->has_card() || clock_.monotonic() < *join_at_) return;
    join_at_.reset();
    const auto incarnation = incarnations_->next(clock_);
    if (!incarnation) {
        notes_.last_refusal = incarnation.error().message;
        join_later();
        return;
    }
    const Card server{kServer, 0, options_.server_endpoint, options_.server_public_key, "server"};
    step(JoinInvoked{server, *incarnation});
}

/// Nobody waits for a server that refuses us; the node itself goes on trying.
void ZmqDriver::give_up_joining() {
    notes_.last_refusal = transport_->refusal();
    answer(connect_waits_, fail(Errc::permission, notes_.last_refusal));
}

void ZmqDriver::step(Input input) {
    if (ended_ || !notes_.failure.empty()) return;
    for (Effect& effect : process_->step(Event{clock_.monotonic(), std::move(input)})) {
        if (auto* persist = std::get_if<Persist>(&effect)) {
            unsubmitted_ = persist->token;
            for (Object& object : persist->objects) {
                changed_.insert_or_assign(object.id, std::move(object));
            }
        } else if ((unsubmitted_ != 0 || !effects_.empty()) && may_overtake_the_store(effect)) {
            std::visit([this](const auto& each) { perform(each); }, effect);
        } else if (unsubmitted_ != 0) {
            changing_.push_back(std::move(effect));
        } else {
            effects_.push_back(std::move(effect));
        }
    }
    perform_what_may();
}

/// Hands what this turn's steps changed to the store, as one transaction.
void ZmqDriver::submit_changes() {
    if (unsubmitted_ == 0) return;
    const std::uint64_t token = std::exchange(unsubmitted_, 0);
    Persist together{token, {}, process_->image()};
    for (auto& [id, object] : std::exchange(changed_, {})) {
        together.objects.push_back(std::move(object));
    }
    if (options_.stored) storing_.emplace_back(token, together.objects);
    writer_->submit(std::move(together));
    effects_.emplace_back(Persist{token, {}});
    for (Effect& effect : std::exchange(changing_, {})) effects_.push_back(std::move(effect));
}

void ZmqDriver::perform_what_may() {
    while (!effects_.empty()) {
        const auto* persist = std::get_if<Persist>(&effects_.front());
        if (persist != nullptr && persist->token > stored_) return;
        const Effect effect = std::move(effects_.front());
        effects_.pop_front();
        std::visit([this](const auto& each) { perform(each); }, effect);
    }
}

/// Bounded like the effects behind a Persist: each entry stands for one of these.
void ZmqDriver::tell_stored() {
    while (!storing_.empty() && storing_.front().first <= stored_) {
        if (options_.stored) options_.stored(storing_.front().second);
        storing_.pop_front();
    }
}

void ZmqDriver::on_stored(const Result<std::uint64_t>& token) {
    if (token) {
        stored_ = *token;
        tell_stored();
        perform_what_may();
        step(Stored{*token});
        return;
    }
    notes_.failure = token.error().message;
    log::error("driver", "the store failed; nothing is served until a restart",
               {{"cause", notes_.failure}});
    operations_.fail_all(token.error());
}

void ZmqDriver::perform(const StartComputation& effect) {
    const OperationId operation = effect.operation;
    auto work = [this, operation, inputs = effect.inputs,
                 program = operations_.program(operation)] {
        auto outputs = run_program(program, inputs, options_.max_object_bytes);
        auto back = [this, done = ComputationDone{operation, std::move(outputs)}] { step(done); };
        static_cast<void>(mailbox_->post(std::move(back), Mailbox::Bound::unlimited));
    };
    if (pool_->submit(std::move(work))) return;
    const Error full{Errc::limit_exceeded,
                     "too many programs wait to run. Wait for one to complete"};
    static_cast<void>(mailbox_->post(
        [this, operation, full] {
            step(ComputationDone{operation, fail(full)});
        },
        Mailbox::Bound::unlimited));
}

void ZmqDriver::perform(const Notify& effect) {
    std::visit([this](const auto& notice) { on(notice); }, effect.notice);
}

void ZmqDriver::on(const Joined& notice) {
    log::info("driver", "joined the tree", {{"parent", notice.parent.name}});
    ++notes_.joins;
    backoff_ = options_.rejoin_backoff;
    answer(connect_waits_, {});
}

void ZmqDriver::on(const JoinRefused& notice) {
    log::warning("driver", "the join was refused", {{"reason", notice.reason}});
    notes_.last_refusal = notice.reason;
    join_later();
}

void ZmqDriver::on(const Left& /*notice*/) {
    left_ = true;
    operations_.fail_all({Errc::disconnected, "this process has left. Start it again to join"});
    answer(leave_waits_, {});
}

void ZmqDriver::on(const LeaveRefused& notice) {
    answer(leave_waits_, fail(notice.error));
}

void ZmqDriver::on(const LostConnection& notice) {
    log::warning("driver", "disconnected from the tree", {{"reason", notice.reason}});
    notes_.last_loss = notice.reason;
    const Error error{Errc::disconnected, "the way to the server was lost (" + notice.reason +
                                              "). Repeat after the node has joined again"};
    operations_.fail_all(error);
    answer(leave_waits_, fail(error));
    join_later();
}

void ZmqDriver::on(const ParentReplaced& notice) {
    log::info("driver", "another process is the parent now", {{"parent", notice.parent.name}});
}

void ZmqDriver::on(const ChildJoined& notice) {
    log::info("driver", "a child joined", {{"child", notice.child.name}});
}

void ZmqDriver::on(const ChildGone& notice) {
    log::info("driver", notice.left ? "a child left" : "a child was given up",
              {{"child", notice.child}, {"reconstituted", notice.reconstituted}});
}

/// Waits half to one and a half times the back-off, so that many do not come at once.
void ZmqDriver::join_later() {
    const auto half = static_cast<std::uint64_t>(backoff_.count() / 2);
    join_at_ = clock_.monotonic() + backoff_ / 2 +
               Micros(static_cast<Micros::rep>(random_.below(2 * half + 1)));
    backoff_ = std::min(backoff_ * 2, options_.rejoin_backoff_limit);
}

void ZmqDriver::remember(const JoinRequest& request) {
    const Card& card = request.joiner;
    if (!is_server() || !remembered_.insert(card.public_key).second) return;
    writer_->enrol({card.public_key, card.name, card.id});
}

}  // namespace tributary::netlayer
