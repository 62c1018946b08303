#pragma once
// Does an update make a model worse? Three signs, measured on records that the site holds out
// (every tenth, chosen by hash, never trained on): the mean ramp loss rises; the recall of a
// stratum drops; the model before contradicts the batch outright more often than it contradicts
// those records. The site's memory makes an update robust, so that the third sign often is the only
// one. Where the loss falls the update serves the site, and the other signs do not count; but if a
// batch contradicts the model by many records, only if the site holds out some of their kind, as it
// does of everything new: a fall elsewhere says nothing of a rare class.
// A one-class model is not judged: it has no margins. A model that has learnt of a batch or two is
// not judged; one that has seen few records of a class is not judged by recall, which then goes up
// and down. What does not pass is parked, not thrown away: the first batch of a new mix of traffic
// looks like poison.
// Pure functions; any thread. Source: design of the classifier, section 5.

#include <map>
#include <string>
#include <vector>

#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

/// Records with known labels that train nothing. `strata` names the kind of each, for example the
/// attack type.
struct Validation {
    FeatureMatrix features{0};
    std::vector<std::int8_t> signs;
    std::vector<std::string> strata;

    [[nodiscard]] std::size_t size() const { return signs.size(); }
};

/// Most records that an update is judged by: all of them are scored while the object is held.
inline constexpr std::size_t kGateRecords = 2000;

struct GateOptions {
    double ramp_rise = 0.01;        ///< largest rise of the mean ramp loss (0 to 2) ...
    double recall_drop = 0.05;      ///< largest drop of a stratum's recall ...
    std::size_t records_lost = 3;   ///< ... if as much as so many records is lost by it
    double contradicted = 0.02;     ///< largest excess of the share of contradicted records
    double improvement = 0.001;     ///< fall of the loss from which on the update serves the site
    double improvement_in_sum = 1;  ///< ... if all records together gain so much
    std::size_t unseen = 18;  ///< contradicted records for each of which one must be held out, so
                              ///< that a fall counts: half of what a site holds out (one in ten)
    std::uint64_t least_seen = 1000;      ///< records before which a model is young
    std::uint64_t least_of_class = 1000;  ///< of each class, before which recall says nothing
    std::size_t least_records = 100;      ///< with fewer held out, nothing can be judged
};

/// What the gate saw, for the ledger and for people.
struct GateReport {
    bool judged = false;  ///< false: too few records, a young model before, or a one-class model
    bool passed = true;
    double ramp_before = 0;
    double ramp_after = 0;
    std::string stratum;  ///< the stratum that lost most; empty: none lost
    double recall_before = 0;
    double recall_after = 0;
    double contradicted_batch = 0;     ///< share of the batch that contradicts the model before
    double contradicted_held_out = 0;  ///< the same of the validation records
    /// What the model after scores the validation records; empty when nothing was judged.
    std::vector<double> scores_after;
};

/// min(2, max(0, 1 - margin)), the loss that the ramp rule minimises.
double ramp_loss(double margin);

/// Mean ramp loss of a model on validation records; 0 when there are none.
double mean_ramp_loss(const Model& model, const Validation& validation);

/// What an update did to a model.
struct UpdateTrial {
    const Model& before;
    const Model& after;
    const TrainingBatch& batch;
};

GateReport judge(const UpdateTrial& trial, const Validation& validation,
                 const GateOptions& options = {});

/// One sentence: what was measured and, when it did not pass, why.
std::string describe(const GateReport& report);

}  // namespace tributary::classifier
