#include "app/bench/migration/tributary_session.hpp"

#include <algorithm>
#include <thread>

#include "base/log.hpp"

namespace tributary::app {

namespace {

using netlayer::Node;
using netlayer::Object;
using netlayer::ObjectId;

constexpr Micros kJoinPatience = std::chrono::seconds(30);
constexpr Micros kAwayPatience = std::chrono::seconds(10);
/// Longest wait for what is under way when the count is over.
constexpr Micros kDrainPatience = std::chrono::seconds(60);
/// How soon a lane begins again after an error.
constexpr Micros kRetry = std::chrono::milliseconds(20);
/// How fast an object that nobody took could have travelled.
constexpr std::size_t kBytesPerMicro = 200;

/// What the modification found out, told from the pool's thread to the completion.
struct Finding {
    bool handed_over = false;
};

netlayer::Computation modification(std::uint32_t client, std::uint64_t seed, Micros compute,
                                   const std::shared_ptr<Finding>& finding) {
    return [=](const std::map<ObjectId, Object>& inputs) -> Result<std::map<ObjectId, Bytes>> {
        std::this_thread::sleep_for(compute * static_cast<Micros::rep>(inputs.size()));
        std::map<ObjectId, Bytes> outputs;
        Random random(seed);
        for (const auto& [id, object] : inputs) {
            const ByteView before = netlayer::view(object.body);
            Bytes body(before.begin(), before.end());
            TRIBUTARY_TRY(const bool handed_over, modify(body, client, random));
            finding->handed_over = finding->handed_over || handed_over;
            outputs.emplace(id, std::move(body));
        }
        return outputs;
    };
}

/// What this life wrote since it was last safe may be lost with it.
void note_cut_off(Tally& tally, std::uint64_t safe, const std::string& reason) {
    tally.at_risk += tally.written - safe;
    if (tally.cut_off.empty()) tally.cut_off = reason;
}

void sleep_until(Micros moment) {
    const SystemClock clock;
    const Micros rest = moment - clock.monotonic();
    if (rest > Micros(0)) std::this_thread::sleep_for(rest);
}

}  // namespace

/// One run of a load; shared with completions that may come late.
struct TributarySession::Course {
    Course(const Load& wanted, Micros begin, std::uint32_t client)
        : load(wanted), start(begin), end(begin + wanted.duration), random(client) {}

    /// How soon a lane begins again whose object nobody took.
    [[nodiscard]] Micros until_taken() const {
        return Micros(static_cast<Micros::rep>(load.body_bytes / kBytesPerMicro));
    }
    /// Takes a lane's completion.
    /// @return true when the lane goes on
    bool complete(std::size_t lane, Micros invoked, const Finding& finding,
                  const Result<netlayer::UpdateReport>& report);

    const Load load;
    const Micros start;
    const Micros end;
    const SystemClock clock{};
    std::mutex mutex;
    std::condition_variable changed;
    Random random;
    Tally tally;
    std::vector<std::size_t> resting;  ///< lanes without an operation
    Micros completed{0};               ///< the last completion
    bool wants_to_leave = false;
    std::uint64_t safe = 0;  ///< of tally.written: durable since the last leave
};

bool TributarySession::Course::complete(std::size_t lane, Micros invoked, const Finding& finding,
                                        const Result<netlayer::UpdateReport>& report) {
    const std::lock_guard lock(mutex);
    const Micros now = clock.monotonic();
    const bool counts = now >= start && now <= end;
    if (report) {
        tally.complete(invoked, now, start, end, load.objects_per_update);
        if (counts) {
            tally.hand_overs += finding.handed_over ? 1 : 0;
            const Micros gap = now - std::max(completed, start);
            tally.longest_gap_us =
                std::max(tally.longest_gap_us, static_cast<std::uint64_t>(gap.count()));
        }
        completed = now;
        wants_to_leave = wants_to_leave || random.chance(load.leave_probability);
        const bool waits = load.lanes && !finding.handed_over && until_taken() > Micros{0};
        if (now < end && !wants_to_leave && !waits) return true;
    } else {
        tally.aborted += counts ? 1 : 0;
        if (tally.failure.empty()) tally.failure = report.error().message;
    }
    resting.push_back(lane);
    changed.notify_one();
    return false;
}

Result<std::unique_ptr<Session>> TributarySession::start(netlayer::NodeOptions options,
                                                         std::uint32_t client) {
    auto session = std::make_unique<TributarySession>(std::move(options), client);
    TRIBUTARY_CHECK(session->join());
    return session;
}

TributarySession::TributarySession(netlayer::NodeOptions options, std::uint32_t client)
    : options_(std::move(options)), client_(client) {}

Status TributarySession::join() {
    TRIBUTARY_TRY(node_, Node::start(options_, nullptr, metrics_));
    return node_->wait_connected(kJoinPatience);
}

Status TributarySession::fill(const Load& load) {
    Random random(client_);
    for (std::size_t number = 0; number < load.objects; ++number) {
        netlayer::UpdateRequest request;
        const ObjectId id = object_name(number);
        request.objects = {id};
        request.wait = netlayer::Durability::durable;
        request.program = [id, body = first_body(load.body_bytes, random)](const auto&) {
            return std::map<ObjectId, Bytes>{{id, body}};
        };
        TRIBUTARY_TRY(const auto report, node_->update(std::move(request)));
        static_cast<void>(report);
    }
    return {};
}

Result<Tally> TributarySession::run(const Load& load, Micros start) {
    if (load.activity == Activity::read) return read_in_turn(load, start);
    if (load.activity == Activity::idle) return pass_on(load, start);
    const auto course = std::make_shared<Course>(load, start, client_);
    sleep_until(start - load.warm_up);
    for (std::size_t lane = 0; lane < load.outstanding; ++lane) begin_update(course, lane);
    sleep_until(start);
    const double cpu_before = own_cpu_seconds();
    const std::uint64_t messages_before = messages_sent();
    keep_working(course);
    std::unique_lock lock(course->mutex);
    const bool drained = course->changed.wait_for(
        lock, kDrainPatience, [&] { return course->resting.size() == load.outstanding; });
    if (!drained) return fail(Errc::timeout, "an update of the benchmark did not complete");
    Tally tally = course->tally;
    const Micros last_gap = course->end - std::max(course->completed, course->start);
    tally.longest_gap_us =
        std::max(tally.longest_gap_us, static_cast<std::uint64_t>(std::max(last_gap.count(), 0L)));
    tally.cpu_seconds = own_cpu_seconds() - cpu_before;
    tally.messages = messages_sent() - messages_before;
    TRIBUTARY_TRY(const auto status, node_->status());
    if (!status.last_loss.empty()) note_cut_off(tally, course->safe, status.last_loss);
    tally.joins = status.joins + tally.leaves;
    return tally;
}

void TributarySession::begin_update(const std::shared_ptr<Course>& course, std::size_t lane) {
    const Load& load = course->load;
    ObjectNames objects;
    std::uint64_t seed = 0;
    {
        const std::lock_guard lock(course->mutex);
        if (load.lanes) objects.push_back(object_name(lane % load.objects));
        objects = choose_objects(load, course->random, std::move(objects));
        seed = course->random.next();
    }
    const auto finding = std::make_shared<Finding>();
    netlayer::UpdateRequest request;
    request.objects = std::move(objects);
    request.wait = load.durable ? netlayer::Durability::durable : netlayer::Durability::applied;
    request.program = modification(client_, seed, load.compute, finding);
    const Micros invoked = course->clock.monotonic();
    node_->submit(std::move(request), [this, course, lane, invoked, finding](auto report) {
        if (course->complete(lane, invoked, *finding, report)) begin_update(course, lane);
    });
}

/// Until the count is over: begins again what ended with an error, and leaves when it is time to.
void TributarySession::keep_working(const std::shared_ptr<Course>& course) {
    std::unique_lock lock(course->mutex);
    while (course->clock.monotonic() < course->end) {
        const Micros rest = course->end - course->clock.monotonic();
        course->changed.wait_for(lock, std::max(rest, Micros(0)),
                                 [&] { return !course->resting.empty(); });
        const bool all_rest = course->resting.size() == course->load.outstanding;
        if (course->clock.monotonic() >= course->end) return;
        if (course->wants_to_leave && !all_rest) {
            course->changed.wait_for(lock, kRetry);
            continue;
        }
        if (course->wants_to_leave) leave_and_join(*course);
        course->wants_to_leave = false;
        const std::vector<std::size_t> lanes = std::exchange(course->resting, {});
        const bool failed = !course->tally.failure.empty();
        lock.unlock();
        if (failed) std::this_thread::sleep_for(kRetry);
        if (course->load.lanes) std::this_thread::sleep_for(course->until_taken());
        for (const std::size_t lane : lanes) begin_update(course, lane);
        lock.lock();
    }
}

/// No operation is under way, so that nobody else asks for the course's lock.
void TributarySession::leave_and_join(Course& course) {
    const Micros begun = course.clock.monotonic();
    const auto before = node_->status();
    const std::string lost = before ? before->last_loss : before.error().message;
    if (!lost.empty()) note_cut_off(course.tally, course.safe, lost);
    if (const Status left = node_->leave(kAwayPatience); !left) {
        ++course.tally.refused_leaves;
        log::warning("bench", "a leave failed",
                     {{"client", client_}, {"cause", left.error().message}});
        if (left.error().code == Errc::conflict) return;
        note_cut_off(course.tally, course.safe, left.error().message);
    }
    course.safe = course.tally.written;
    node_.reset();
    if (const Status joined = join(); !joined) course.tally.failure = joined.error().message;
    ++course.tally.leaves;
    const Micros counted_from = std::max(begun, course.start);
    const Micros counted_to = std::min(course.clock.monotonic(), course.end);
    course.tally.away_us +=
        static_cast<std::uint64_t>(std::max(counted_to - counted_from, Micros(0)).count());
}

Result<Tally> TributarySession::read_in_turn(const Load& load, Micros start) {
    const auto read = [this](const ObjectNames& objects, std::uint64_t&) -> Result<bool> {
        TRIBUTARY_TRY(const Object latest, node_->read(objects.front(), true));
        return !netlayer::view(latest.body).empty();
    };
    TRIBUTARY_TRY(Tally tally, run_in_turn(load, start, client_, read));
    tally.written = 0;
    return tally;
}

Result<Tally> TributarySession::pass_on(const Load& load, Micros start) {
    Tally tally;
    sleep_until(start);
    const double cpu_before = own_cpu_seconds();
    const std::uint64_t messages_before = messages_sent();
    sleep_until(start + load.duration);
    tally.cpu_seconds = own_cpu_seconds() - cpu_before;
    tally.messages = messages_sent() - messages_before;
    return tally;
}

std::uint64_t TributarySession::messages_sent() {
    return metrics_.counter("driver.messages_sent").value();
}

Result<std::uint64_t> TributarySession::count(const Load& load) {
    std::uint64_t sum = 0;
    for (std::size_t number = 0; number < load.objects; ++number) {
        TRIBUTARY_TRY(const Object object, node_->read(object_name(number), true, kJoinPatience));
        TRIBUTARY_TRY(const std::uint64_t one, count_of(netlayer::view(object.body)));
        sum += one;
    }
    return sum;
}

}  // namespace tributary::app
