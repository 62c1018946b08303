#pragma once
// The coordinator's gate: what members taught is judged, once it is durable, on the records that an
// operator donated. A contribution that they speak against is parked in the object by an operation
// of the coordinator's own, which is a version like any other: the model of before, taught what
// came after it, with the number of the contribution booked. So nothing is applied twice, nothing
// is lost, and another organization or a person may confirm it.
// Invariants: the last version that passed is kept in a file before the next one is judged, so that
// a restart judges what it missed; versions that became durable together are judged together, in
// the name of the newest; what somebody confirmed, or rolled back to a model that
// passed here, is not judged again.
// Without a donation every version passes. Thread: `stored` from the node's reactor, the rest from
// one thread. Source: design of the classifier, section 5; docs/adr/0005.

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/coordinator/donated_records.hpp"
#include "app/service/object_history.hpp"
#include "base/metrics.hpp"
#include "base/signing.hpp"
#include "classifier/trust/inspection.hpp"
#include "netlayer/driver/node.hpp"

namespace tributary::app {

struct KeeperOptions {
    std::filesystem::path donated;  ///< folder of donations
    std::filesystem::path judged;   ///< folder of the last versions that passed
    SigningKey key;
};

class Keeper {
 public:
    /// @param metrics  must outlive the keeper; counters `keeper.*`
    Keeper(const KeeperOptions& options, Metrics& metrics);
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper();

    /// Notes what is durable now; the newest version of each object is judged.
    void stored(const std::vector<netlayer::Object>& objects);
    /// Begins to judge.
    /// @param node  must outlive `stop`
    void serve(netlayer::Node& node);
    /// Ends; the node must have been stopped, or an operation is waited for.
    void stop();

 private:
    using Version = classifier::ClassifierObject;

    void work();
    [[nodiscard]] std::optional<netlayer::Object> next();
    Status judge(const netlayer::Object& object);
    [[nodiscard]] Result<std::optional<Version>> last_good(const std::string& id) const;
    [[nodiscard]] Result<std::map<std::uint64_t, classifier::Model>> passed(
        const std::string& id) const;
    Status withhold(const Version& good, const Version& suspect,
                    const classifier::Validation& validation);

    DonatedRecords donated_;
    ObjectHistory judged_;
    SigningKey key_;
    Metrics& metrics_;
    netlayer::Node* node_ = nullptr;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<netlayer::ObjectId, netlayer::Object> waiting_;  ///< newest of each, under mutex_
    bool stopping_ = false;                                   ///< under mutex_
    std::thread worker_;
};

}  // namespace tributary::app
