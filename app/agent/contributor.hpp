#pragma once
// Turns journalled batches into updates of the shared objects, one at a time and in order, until
// each is durable. A thread of its own works through the journal; what a crash or a lost
// connection interrupted is done again under the same number, and the objects know that number.
// Invariants: an entry leaves the journal only when it is durable or refused for good; entry n+1
// starts after entry n is done. Thread: every public method from any thread.
// @paper self-service §5.1, §8.3; protocol section 1, decision 5

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "app/service/catalogue.hpp"
#include "app/service/learner.hpp"
#include "base/metrics.hpp"
#include "netlayer/driver/node.hpp"
#include "netlayer/store/journal.hpp"

namespace tributary::app {

/// What became of a contribution.
struct ContributionOutcome {
    std::uint64_t number = 0;
    std::map<std::string, std::uint64_t> versions;  ///< object id -> version that it made
    std::optional<Error> refusal;
};

class Contributor {
 public:
    /// Begins with what the journal still holds. The references must outlive the contributor.
    /// @param refused  folder for the records of contributions that were refused
    Contributor(netlayer::Node& node, netlayer::Journal journal, Learner learner, Metrics& metrics,
                std::filesystem::path refused);
    Contributor(const Contributor&) = delete;
    Contributor& operator=(const Contributor&) = delete;
    /// Stops after the update that runs; the rest waits in the journal.
    ~Contributor();

    /// Journals a batch; it is contributed in the background.
    /// @return the contribution's number
    /// @error  limit_exceeded (the journal is full), io
    Result<std::uint64_t> submit(const datasets::LabelledRecords& batch);

    /// Journals a contribution without new records: what this site remembers is learnt again, where
    /// the updates of others displaced it.
    /// @return the contribution's number
    /// @error  limit_exceeded (the journal is full), io
    Result<std::uint64_t> submit_rehearsal();

    /// Waits for one contribution.
    /// @error timeout (it stays in the journal and is tried again), disconnected (stopping)
    Result<ContributionOutcome> wait(std::uint64_t number, std::chrono::seconds patience);

    /// Contributions that wait in the journal.
    [[nodiscard]] std::uint64_t waiting() const;

 private:
    static constexpr std::size_t kOutcomesKept = 4096;
    static constexpr std::size_t kRefusedKept = 1024;

    void work();
    [[nodiscard]] std::optional<netlayer::JournalEntry> next_entry();
    Result<LearningPlan> plan_of(const netlayer::JournalEntry& entry);
    ContributionOutcome contribute(const netlayer::JournalEntry& entry);
    /// Why no attempt of a contribution can succeed; an attempt may tell after its wait has ended.
    class Verdict {
     public:
        void hear(const Error& error);
        [[nodiscard]] std::optional<Error> refusal() const;

     private:
        mutable std::mutex mutex_;
        std::optional<Error> refusal_;
    };
    using Act = Result<ObjectBytes> (Learner::*)(const LearningPlan&, const ObjectBytes&) const;
    /// One operation on the plan's objects, until it is durable; `outputs` receives what it wrote.
    Result<netlayer::UpdateReport> operate(const LearningPlan& plan, Act act, ObjectBytes& outputs,
                                           const std::shared_ptr<Verdict>& verdict);
    /// The same, again and again while it fails for a reason that passes.
    Result<netlayer::UpdateReport> insist(const LearningPlan& plan, Act act, ObjectBytes& outputs);
    void finish(ContributionOutcome outcome);
    /// Keeps the records of a refused contribution, the newest kRefusedKept, and says where.
    void keep_refused(const netlayer::JournalEntry& entry, Error& refusal);
    [[nodiscard]] bool stopping() const;

    netlayer::Node& node_;
    Learner learner_;  ///< the working thread's only
    Metrics& metrics_;
    const std::filesystem::path refused_;
    Catalogue known_;  ///< ids seen in the catalogue; the working thread's only
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    netlayer::Journal journal_;                          ///< under mutex_
    std::map<std::uint64_t, ContributionOutcome> done_;  ///< newest kOutcomesKept, under mutex_
    bool stopping_ = false;                              ///< under mutex_
    std::thread worker_;
};

}  // namespace tributary::app
