#include "app/agent/contributor.hpp"

#include <fmt/format.h>

#include <future>
#include <set>

#include "base/file.hpp"
#include "base/log.hpp"
#include "datasets/batch_codec.hpp"

namespace tributary::app {

namespace {

using netlayer::Object;
using netlayer::ObjectId;

/// Longest wait for one update before it is asked for again under the same number.
constexpr std::chrono::seconds kUpdateTimeout{60};
/// Pause before an interrupted contribution is tried again, and how often an idle worker looks.
constexpr std::chrono::milliseconds kRetryPause{200};

/// An error that says nothing about the contribution: it is tried again.
bool is_passing(const Error& error) {
    return error.code == Errc::disconnected || error.code == Errc::timeout ||
           error.code == Errc::unreachable;
}

/// The journal's payload of a rehearsal; an encoded batch begins with another magic.
constexpr std::string_view kRehearsal = "rehearsal";

ObjectBytes bytes_of(const std::map<ObjectId, Object>& inputs) {
    ObjectBytes bytes;
    for (const auto& [id, object] : inputs) {
        const ByteView view = netlayer::view(object.body);
        bytes.emplace(id, Bytes(view.begin(), view.end()));
    }
    return bytes;
}

/// Adds the objects that are written to the catalogue that came along, if one came.
Status list_in_catalogue(const std::map<ObjectId, Object>& inputs, ObjectBytes& outputs) {
    const auto found = inputs.find(kCatalogueId);
    if (found == inputs.end()) return {};
    TRIBUTARY_TRY(Catalogue catalogue, decode_catalogue(netlayer::view(found->second.body)));
    const std::size_t before = catalogue.size();
    for (const auto& [id, bytes] : outputs) catalogue.insert(id);
    if (catalogue.size() == before) return {};
    TRIBUTARY_TRY(outputs[kCatalogueId], encode_catalogue(catalogue));
    return {};
}

}  // namespace

Contributor::Contributor(netlayer::Node& node, netlayer::Journal journal, Learner learner,
                         Metrics& metrics, std::filesystem::path refused)
    : node_(node),
      learner_(std::move(learner)),
      metrics_(metrics),
      refused_(std::move(refused)),
      journal_(std::move(journal)),
      worker_([this] { work(); }) {}

Contributor::~Contributor() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    worker_.join();
}

Result<std::uint64_t> Contributor::submit(const datasets::LabelledRecords& batch) {
    TRIBUTARY_TRY(const Bytes payload, datasets::encode_records(batch));
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(const std::uint64_t number, journal_.append(payload));
    changed_.notify_all();
    return number;
}

Result<std::uint64_t> Contributor::submit_rehearsal() {
    const std::lock_guard lock(mutex_);
    TRIBUTARY_TRY(const std::uint64_t number, journal_.append(to_bytes(kRehearsal)));
    changed_.notify_all();
    return number;
}

Result<ContributionOutcome> Contributor::wait(std::uint64_t number, std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return stopping_ || done_.contains(number); });
    const auto found = done_.find(number);
    if (found != done_.end()) return found->second;
    if (stopping_) return fail(Errc::disconnected, "the agent is stopping");
    return fail(Errc::timeout, "contribution " + std::to_string(number) +
                                   " is not durable yet; it waits in the journal and is tried "
                                   "again. See: tributary status --state DIR");
}

std::uint64_t Contributor::waiting() const {
    const std::lock_guard lock(mutex_);
    return journal_.size().value_or(0);
}

bool Contributor::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

std::optional<netlayer::JournalEntry> Contributor::next_entry() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        auto entry = journal_.oldest();
        if (!entry) {
            log::error("contribute", "the journal cannot be read",
                       {{"why", entry.error().message}});
        } else if (*entry) {
            return std::move(*entry);
        }
        changed_.wait_for(lock, kRetryPause);
    }
    return std::nullopt;
}

void Contributor::work() {
    while (const auto entry = next_entry()) {
        ContributionOutcome outcome = contribute(*entry);
        if (outcome.refusal && is_passing(*outcome.refusal)) continue;  // stopping: it stays
        if (outcome.refusal) keep_refused(*entry, *outcome.refusal);
        finish(std::move(outcome));
    }
}

void Contributor::keep_refused(const netlayer::JournalEntry& entry, Error& refusal) {
    if (as_text(entry.payload) == kRehearsal) return;
    namespace fs = std::filesystem;
    std::error_code problem;
    fs::create_directories(refused_, problem);
    // As many digits everywhere: the order of names is that of numbers.
    const fs::path file = refused_ / fmt::format("{:020}.batch", entry.number);
    const Status kept = write_file_atomically(file, entry.payload, 0600);
    if (!kept) {
        log::error("contribute", "the records of a refused contribution are lost",
                   {{"number", entry.number}, {"why", kept.error().message}});
        return;
    }
    refusal.message +=
        ". Its records stay in " + refused_.string() + "; contribute --records brings them again";
    std::set<fs::path> files;
    for (const auto& each : fs::directory_iterator(refused_, problem)) files.insert(each.path());
    while (files.size() > kRefusedKept) {
        log::warning("contribute", "the oldest refused records are removed",
                     {{"file", files.begin()->string()}});
        fs::remove(*files.begin(), problem);
        files.erase(files.begin());
    }
}

void Contributor::Verdict::hear(const Error& error) {
    if (is_passing(error)) return;
    const std::lock_guard lock(mutex_);
    if (!refusal_) refusal_ = error;
}

std::optional<Error> Contributor::Verdict::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

Result<netlayer::UpdateReport> Contributor::operate(const LearningPlan& plan, Act act,
                                                    ObjectBytes& outputs,
                                                    const std::shared_ptr<Verdict>& verdict) {
    netlayer::UpdateRequest request;
    request.objects = plan.objects();
    for (const std::string& id : plan.objects()) {
        if (known_.contains(id)) continue;
        request.objects.emplace_back(kCatalogueId);
        break;
    }
    request.wait = netlayer::Durability::durable;
    auto made = std::make_shared<ObjectBytes>();
    // The program may outlive this call (a timeout), so it owns all that it needs but the learner,
    // whose acts are pure and which the node's pool cannot outlive.
    request.program =
        [this, plan, act, made,
         verdict](const std::map<ObjectId, Object>& inputs) -> Result<std::map<ObjectId, Bytes>> {
        if (const auto refusal = verdict->refusal()) return fail(*refusal);
        TRIBUTARY_TRY(ObjectBytes written, (learner_.*act)(plan, bytes_of(inputs)));
        *made = written;
        TRIBUTARY_CHECK(list_in_catalogue(inputs, written));
        return written;
    };
    const auto answer = std::make_shared<std::promise<Result<netlayer::UpdateReport>>>();
    std::future<Result<netlayer::UpdateReport>> answered = answer->get_future();
    node_.submit(std::move(request), [answer, verdict](Result<netlayer::UpdateReport> report) {
        if (!report) verdict->hear(report.error());
        answer->set_value(std::move(report));
    });
    if (answered.wait_for(kUpdateTimeout) != std::future_status::ready) {
        return fail(Errc::timeout, "the update was not answered in time");
    }
    TRIBUTARY_TRY(netlayer::UpdateReport report, answered.get());
    outputs = std::move(*made);
    return report;
}

Result<netlayer::UpdateReport> Contributor::insist(const LearningPlan& plan, Act act,
                                                   ObjectBytes& outputs) {
    const auto verdict = std::make_shared<Verdict>();
    while (true) {
        auto report = operate(plan, act, outputs, verdict);
        if (report || !is_passing(report.error()) || stopping()) return report;
        if (const auto refusal = verdict->refusal()) return fail(*refusal);
        metrics_.counter("contribute.retried").add();
        log::info("contribute", "contribution is tried again",
                  {{"number", plan.contribution}, {"why", report.error().message}});
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kRetryPause, [this] { return stopping_; });
    }
}

Result<LearningPlan> Contributor::plan_of(const netlayer::JournalEntry& entry) {
    if (as_text(entry.payload) == kRehearsal) return learner_.plan_rehearsal(entry.number);
    TRIBUTARY_TRY(const datasets::LabelledRecords batch, datasets::decode_records(entry.payload));
    return learner_.plan(batch, entry.number);
}

ContributionOutcome Contributor::contribute(const netlayer::JournalEntry& entry) {
    ContributionOutcome outcome;
    outcome.number = entry.number;
    const auto plan = plan_of(entry);
    if (!plan) {
        outcome.refusal = plan.error();
        return outcome;
    }
    ObjectBytes outputs;
    auto report = insist(*plan, &Learner::learn, outputs);
    if (report) {
        for (const std::string& id : plan->objects()) known_.insert(id);
        outcome.versions = report->written;
        if (const Status kept = learner_.remember(*plan, outputs); !kept) {
            log::warning("contribute", "what was learnt is not remembered here",
                         {{"number", entry.number}, {"why", kept.error().message}});
        }
        return outcome;
    }
    outcome.refusal = report.error();
    if (is_passing(report.error())) return outcome;
    // An attempt that timed out may still wait for its objects. The number must not be given up
    // before they know that it was refused.
    report = insist(*plan, &Learner::refuse, outputs);
    if (!report && is_passing(report.error())) {
        outcome.refusal = report.error();
    } else if (!report) {
        log::warning("contribute", "no object can hold the refusal",
                     {{"number", entry.number}, {"why", report.error().message}});
    }
    return outcome;
}

void Contributor::finish(ContributionOutcome outcome) {
    metrics_.counter(outcome.refusal ? "contribute.refused" : "contribute.durable").add();
    if (outcome.refusal) {
        log::warning("contribute", "contribution was refused",
                     {{"number", outcome.number}, {"why", outcome.refusal->message}});
    }
    const std::lock_guard lock(mutex_);
    if (const Status removed = journal_.remove(outcome.number); !removed) {
        log::error("contribute", "the journal cannot be written",
                   {{"why", removed.error().message}});
    }
    done_.emplace(outcome.number, std::move(outcome));
    if (done_.size() > kOutcomesKept) done_.erase(done_.begin());
    changed_.notify_all();
}

}  // namespace tributary::app
