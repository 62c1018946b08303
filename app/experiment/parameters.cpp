#include "app/experiment/parameters.hpp"

#include <algorithm>
#include <memory>

#include "app/service/learner.hpp"
#include "base/assert.hpp"
#include "base/hash.hpp"
#include "classifier/ensemble/one_vs_rest.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "datasets/batch.hpp"

namespace tributary::app {

namespace {

using datasets::ClassName;

/// Below every excess: nothing is trained yet.
constexpr double kNoExcess = -1e9;

/// Everybody's labelled flows, with what keeps together in a fold.
struct Pool {
    const datasets::Schema* schema = nullptr;
    std::vector<datasets::LabelledRecords> sites;
    std::vector<std::vector<Bytes>> groups;  ///< of each site's rows
    datasets::Coverage classes;
};

/// What was said of the rows that were judged, over folds and assignments.
struct Judgement {
    std::vector<double> normals;  ///< the largest excess over a threshold, of every normal row
    struct Attack {
        double excess = 0;
        bool right = false;  ///< the largest excess is of its own class
    };
    /// Of every row of an attack, by class and by the site whose thresholds judged it.
    std::map<ClassName, std::map<std::size_t, std::vector<Attack>>> attacks;
};

/// An attack is what one line of the rules labels; other flows go by the minute.
Bytes group_of(const std::string& site, const LabelledFlows& flows, std::size_t row) {
    ByteWriter writer;
    writer.put(to_bytes(site));
    const ClassName& label = flows.records.labels[row];
    if (!label.empty() && label != datasets::kNormalClass) {
        writer.put(to_bytes(flows.evidence[row]));
        return writer.take();
    }
    constexpr std::chrono::minutes kTogether{1};
    writer.u64(static_cast<std::uint64_t>(flows.flows[row].start / kTogether));
    return writer.take();
}

Result<Pool> read_pool(const ParameterOptions& options, const datasets::Schema& schema) {
    Pool pool{&schema, {}, {}, {}};
    for (const Organization& organization : options.organizations) {
        if (options.progress) options.progress("reading the captures of " + organization.name);
        TRIBUTARY_TRY(LabelledFlows flows, read_labelled_flows(organization.train, schema));
        std::vector<Bytes> groups;
        groups.reserve(flows.flows.size());
        for (std::size_t i = 0; i < flows.flows.size(); ++i) {
            groups.push_back(group_of(organization.name, flows, i));
        }
        pool.classes.insert(flows.records.coverage.begin(), flows.records.coverage.end());
        pool.sites.push_back(std::move(flows.records));
        pool.groups.push_back(std::move(groups));
    }
    return pool;
}

using Folds = std::vector<std::vector<std::size_t>>;  ///< by site and row

/// A number that follows from the assignment and the group alone.
std::uint64_t draw(std::uint64_t assignment, const Bytes& group) {
    ByteWriter writer;
    writer.u64(assignment);
    writer.put(group);
    const Digest digest = blake2b(writer.bytes());
    return ByteReader(digest).u64();
}

/// Deals the attacks of each class out to the folds in a random order, so that the folds of a class
/// differ by one attack at most.
std::map<Bytes, std::size_t> deal_attacks(const Pool& pool, std::uint64_t assignment,
                                          std::size_t folds) {
    std::map<ClassName, std::map<std::uint64_t, Bytes>> attacks;
    for (std::size_t s = 0; s < pool.sites.size(); ++s) {
        const std::vector<ClassName>& labels = pool.sites[s].labels;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i].empty() || labels[i] == datasets::kNormalClass) continue;
            const Bytes& group = pool.groups[s][i];
            attacks[labels[i]].emplace(draw(assignment, group), group);
        }
    }
    std::map<Bytes, std::size_t> dealt;
    for (const auto& [class_name, shuffled] : attacks) {
        std::size_t next = 0;
        for (const auto& [order, group] : shuffled) dealt[group] = next++ % folds;
    }
    return dealt;
}

Folds divide(const Pool& pool, std::uint64_t assignment, std::size_t folds) {
    const auto attacks = deal_attacks(pool, assignment, folds);
    Folds result;
    for (const std::vector<Bytes>& groups : pool.groups) {
        std::vector<std::size_t> of_rows;
        of_rows.reserve(groups.size());
        for (const Bytes& group : groups) {
            const auto attack = attacks.find(group);
            of_rows.push_back(attack != attacks.end() ? attack->second
                                                      : draw(assignment, group) % folds);
        }
        result.push_back(std::move(of_rows));
    }
    return result;
}

/// The rows outside a fold that may train a class.
classifier::TrainingBatch training_rows(const Pool& pool, const Folds& folds, std::size_t fold,
                                        const ClassName& class_name) {
    classifier::TrainingBatch rows{classifier::FeatureMatrix(pool.schema->width()), {}, {}};
    for (std::size_t s = 0; s < pool.sites.size(); ++s) {
        const datasets::LabelledRecords& records = pool.sites[s];
        for (std::size_t i = 0; i < records.labels.size(); ++i) {
            if (folds[s][i] == fold || datasets::is_held_out(records.features.row(i))) continue;
            const int sign = datasets::sign_for(records.labels[i], class_name, records.coverage);
            if (sign != 0) rows.append(records.features.row(i), static_cast<std::int8_t>(sign));
        }
    }
    return rows;
}

/// One against the rest, of everything outside a fold but what each site holds out.
Result<classifier::OneVsRest> train_without(const classifier::Engine& engine, const Pool& pool,
                                            const Folds& folds, std::size_t fold,
                                            const classifier::HyperParameters& parameters) {
    classifier::OneVsRest ensemble(pool.schema->width());
    for (const ClassName& class_name : pool.classes) {
        const auto empty = classifier::Model::empty(pool.schema->width(), parameters);
        TRIBUTARY_TRY(const auto model,
                      engine.learn(empty, training_rows(pool, folds, fold, class_name)));
        if (!model.trained()) continue;
        TRIBUTARY_CHECK(ensemble.add(
            {class_name, object_id(*pool.schema, class_name), 1, 0, classifier::Predictor(model)}));
    }
    return ensemble;
}

/// What a site holds out of the training folds for its thresholds.
classifier::FeatureMatrix held_out_normals(const datasets::LabelledRecords& records,
                                           const std::vector<std::size_t>& folds,
                                           std::size_t fold) {
    classifier::FeatureMatrix rows(records.features.width());
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        const auto row = records.features.row(i);
        if (folds[i] == fold || records.labels[i] != datasets::kNormalClass) continue;
        if (datasets::is_held_out(row)) rows.append(row);
    }
    return rows;
}

/// What the classes score the labelled rows of a fold that they have not seen; one column a class.
struct Scored {
    std::vector<const ClassName*> truths;
    std::vector<double> scores;  ///< of all classes, row by row
};

Scored score_fold(const classifier::OneVsRest& ensemble, const datasets::LabelledRecords& records,
                  const std::vector<std::size_t>& folds, std::size_t fold) {
    Scored scored;
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        if (folds[i] != fold || records.labels[i].empty()) continue;
        scored.truths.push_back(&records.labels[i]);
        for (const auto& member : ensemble.members()) {
            scored.scores.push_back(member.predictor.score(records.features.row(i)));
        }
    }
    return scored;
}

/// Judges scored rows with the thresholds that the ensemble has now, which are those of a site.
/// @param own  whether the rows are the judge's; only then normal ones count
void judge_rows(const classifier::OneVsRest& ensemble, const Scored& scored, std::size_t judge,
                bool own, Judgement& judgement) {
    const auto& members = ensemble.members();
    for (std::size_t i = 0; i < scored.truths.size(); ++i) {
        const ClassName& truth = *scored.truths[i];
        const bool normal = truth == datasets::kNormalClass;
        if (normal && !own) continue;
        double excess = kNoExcess;
        std::size_t largest = 0;
        for (std::size_t m = 0; m < members.size(); ++m) {
            const double over = scored.scores[i * members.size() + m] - members[m].threshold;
            if (over <= excess) continue;
            excess = over;
            largest = m;
        }
        if (normal) {
            judgement.normals.push_back(excess);
        } else {
            const bool right = excess > kNoExcess && members[largest].class_name == truth;
            judgement.attacks[truth][judge].push_back({excess, right});
        }
    }
}

/// Every site judges its own normals and everybody's attacks: what one labels all must find.
Status judge_fold(classifier::OneVsRest& ensemble, const Pool& pool, const Folds& folds,
                  std::size_t fold, Judgement& judgement) {
    std::vector<Scored> scored;
    for (std::size_t s = 0; s < pool.sites.size(); ++s) {
        scored.push_back(score_fold(ensemble, pool.sites[s], folds[s], fold));
    }
    for (std::size_t judge = 0; judge < pool.sites.size(); ++judge) {
        TRIBUTARY_CHECK(
            ensemble.calibrate(held_out_normals(pool.sites[judge], folds[judge], fold)));
        for (std::size_t s = 0; s < pool.sites.size(); ++s) {
            judge_rows(ensemble, scored[s], judge, s == judge, judgement);
        }
    }
    return {};
}

double recall_of(const std::vector<Judgement::Attack>& attacks) {
    const auto recalled = std::ranges::count_if(
        attacks, [](const auto& attack) { return attack.right && attack.excess > 0; });
    return static_cast<double>(recalled) / static_cast<double>(attacks.size());
}

ParameterRow summary(const classifier::HyperParameters& parameters, const Judgement& judgement) {
    ParameterRow result{parameters.cost, parameters.gamma, 0, 0, {}};
    for (const auto& [class_name, by_site] : judgement.attacks) {
        double lowest = 1;
        for (const auto& [site, attacks] : by_site) lowest = std::min(lowest, recall_of(attacks));
        result.recall_by_class[class_name] = lowest;
        result.recall += lowest / static_cast<double>(judgement.attacks.size());
    }
    const auto alerts =
        std::ranges::count_if(judgement.normals, [](double excess) { return excess > 0; });
    if (!judgement.normals.empty()) {
        result.fpr = static_cast<double>(alerts) / static_cast<double>(judgement.normals.size());
    }
    return result;
}

Result<ParameterRow> judge(const classifier::Engine& engine, const Pool& pool,
                           const std::vector<Folds>& assignments, std::size_t folds,
                           const classifier::HyperParameters& parameters) {
    Judgement judgement;
    for (const Folds& assignment : assignments) {
        for (std::size_t fold = 0; fold < folds; ++fold) {
            TRIBUTARY_TRY(auto ensemble, train_without(engine, pool, assignment, fold, parameters));
            TRIBUTARY_CHECK(judge_fold(ensemble, pool, assignment, fold, judgement));
        }
    }
    return summary(parameters, judgement);
}

}  // namespace

const ParameterRow& best_parameters(const std::vector<ParameterRow>& rows) {
    TRIBUTARY_ASSERT(!rows.empty());
    const auto better = [](const ParameterRow& a, const ParameterRow& b) {
        const bool a_within = a.fpr <= kAlertLimit;
        const bool b_within = b.fpr <= kAlertLimit;
        if (a_within != b_within) return a_within;
        return a_within ? a.recall > b.recall : a.fpr < b.fpr;
    };
    return *std::ranges::min_element(rows, better);
}

Result<std::vector<ParameterRow>> cross_validate(const ParameterOptions& options) {
    if (options.folds < 2) {
        return fail(Errc::invalid_argument, "cross-validation needs at least two folds");
    }
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(options.schema));
    TRIBUTARY_TRY(const Pool pool, read_pool(options, *schema));
    TRIBUTARY_TRY(
        const auto engine,
        classifier::make_engine(options.engine.empty() ? std::string(classifier::kDefaultEngine)
                                                       : options.engine));
    std::vector<Folds> assignments;
    for (std::size_t a = 0; a < options.assignments; ++a) {
        assignments.push_back(divide(pool, options.seed + a, options.folds));
    }
    std::vector<ParameterRow> rows;
    for (const double cost : options.costs) {
        for (const double gamma : options.gammas) {
            classifier::HyperParameters parameters =
                classifier::hyper_parameters_for(schema->name());
            parameters.cost = cost;
            parameters.gamma = gamma;
            parameters.budget = classifier::kVectorLimit;
            TRIBUTARY_TRY(ParameterRow row,
                          judge(*engine, pool, assignments, options.folds, parameters));
            if (options.progress) options.progress("judged one of the pairs");
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

}  // namespace tributary::app
