#include "app/experiment/detection.hpp"

#include <algorithm>
#include <memory>

#include "app/service/learner.hpp"
#include "app/service/site_detector.hpp"
#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "datasets/batch.hpp"

namespace tributary::app {

namespace {

using datasets::LabelledRecords;

/// An organization with its captures read and its batches cut.
struct Site {
    std::string name;
    std::vector<LabelledRecords> batches;
    LabelledRecords training;  ///< everything that the batches hold, in one piece
    LabelledRecords held_out;
    LabelledFlows test;
};

Result<Site> read_site(const Organization& organization, const datasets::Schema& schema) {
    Site site{
        organization.name, {}, LabelledRecords::empty(schema), LabelledRecords::empty(schema), {}};
    TRIBUTARY_TRY(const LabelledFlows train, read_labelled_flows(organization.train, schema));
    datasets::Batcher batcher(schema, train.records.coverage);
    TRIBUTARY_CHECK(batcher.add(train.records));
    while (true) {
        auto batch = batcher.next();
        if (!batch) batch = batcher.flush();
        if (!batch) break;
        site.training.append(*batch);
        site.batches.push_back(std::move(*batch));
    }
    site.held_out = batcher.held_out();
    TRIBUTARY_TRY(site.test, read_labelled_flows(organization.test, schema));
    return site;
}

Result<std::unique_ptr<classifier::Engine>> engine_of(const DetectionOptions& options) {
    return classifier::make_engine(options.engine.empty() ? std::string(classifier::kDefaultEngine)
                                                          : options.engine);
}

/// Whose batch is contributed when: every site's batches in their order, the sites interleaved by
/// the seed; the first order takes the sites one after the other.
std::vector<std::size_t> contribution_order(const std::vector<const Site*>& sites,
                                            std::size_t order, std::uint64_t seed) {
    std::vector<std::size_t> turns;
    for (std::size_t s = 0; s < sites.size(); ++s) {
        turns.insert(turns.end(), sites[s]->batches.size(), s);
    }
    if (order > 0) {
        Random random = Random(seed).split("order " + std::to_string(order));
        shuffle(turns, random);
    }
    return turns;
}

/// Lets one site's plan change the objects.
Status apply(Learner& learner, const Result<LearningPlan>& plan, ObjectBytes& objects) {
    if (!plan) return fail(plan.error());
    ObjectBytes inputs;
    for (const std::string& id : plan->objects()) inputs[id] = objects[id];
    TRIBUTARY_TRY(const ObjectBytes learnt, learner.learn(*plan, inputs));
    for (const auto& [id, bytes] : learnt) objects[id] = bytes;
    return learner.remember(*plan, learnt);
}

/// Everybody's batches in the given order, then one rehearsal of each.
Result<ObjectBytes> contribute_all(const std::vector<const Site*>& sites, std::size_t order,
                                   const DetectionOptions& options,
                                   const datasets::Schema& schema) {
    std::vector<Learner> learners;
    for (const Site* site : sites) {
        TRIBUTARY_TRY(auto engine, engine_of(options));
        learners.emplace_back(schema, std::move(engine), "site-" + site->name,
                              Random(options.seed).split(site->name).next() + order);
    }
    std::vector<std::uint64_t> done(sites.size(), 0);
    ObjectBytes objects;
    for (const std::size_t s : contribution_order(sites, order, options.seed)) {
        const LabelledRecords& batch = sites[s]->batches[done[s]++];
        TRIBUTARY_CHECK(apply(learners[s], learners[s].plan(batch, done[s]), objects));
    }
    for (std::size_t s = 0; s < sites.size(); ++s) {
        TRIBUTARY_CHECK(apply(learners[s], learners[s].plan_rehearsal(++done[s]), objects));
    }
    return objects;
}

/// One batch solve of a class on everybody's training records.
Result<Bytes> train_class(const classifier::Engine& engine, const datasets::ClassName& class_name,
                          const std::vector<const Site*>& sites, const datasets::Schema& schema) {
    classifier::TrainingBatch rows{classifier::FeatureMatrix(schema.width()), {}, {}};
    for (const Site* site : sites) {
        const LabelledRecords& records = site->training;
        for (std::size_t i = 0; i < records.labels.size(); ++i) {
            const int sign = datasets::sign_for(records.labels[i], class_name, records.coverage);
            if (sign != 0) rows.append(records.features.row(i), static_cast<std::int8_t>(sign));
        }
    }
    classifier::HyperParameters parameters = classifier::hyper_parameters_for(schema.name());
    parameters.budget = classifier::kVectorLimit;
    const auto empty = classifier::Model::empty(schema.width(), parameters);
    TRIBUTARY_TRY(auto model, engine.learn(empty, rows));
    classifier::LineageEntry entry;
    entry.contributor = "everybody";
    entry.contribution = 1;
    entry.records = rows.size();
    TRIBUTARY_TRY(
        const auto object,
        classifier::next_version(classifier::new_object(object_id(schema, class_name), class_name,
                                                        schema.name(), schema.hash(), empty),
                                 Digest{}, std::move(model), std::move(entry)));
    return classifier::encode_object(object);
}

/// The reference: one model per class, trained in one piece.
Result<ObjectBytes> train_centrally(const std::vector<const Site*>& sites,
                                    const DetectionOptions& options,
                                    const datasets::Schema& schema) {
    TRIBUTARY_TRY(const auto engine, engine_of(options));
    datasets::Coverage classes;
    for (const Site* site : sites) {
        classes.insert(site->training.coverage.begin(), site->training.coverage.end());
    }
    ObjectBytes objects;
    for (const datasets::ClassName& class_name : classes) {
        TRIBUTARY_TRY(objects[object_id(schema, class_name)],
                      train_class(*engine, class_name, sites, schema));
    }
    return objects;
}

/// What the objects are worth to one site, with its own thresholds.
Result<Evaluation> evaluate_at(const Site& site, const ObjectBytes& objects,
                               const datasets::Schema& schema) {
    TRIBUTARY_TRY(const Thresholds thresholds,
                  site_thresholds(schema, objects, normal_rows(site.held_out)));
    TRIBUTARY_TRY(auto detector, make_detector(schema, objects, thresholds));
    return evaluate_site(detector, site.test);
}

SoleLabellers sole_labellers(const std::vector<Site>& sites) {
    std::map<datasets::ClassName, std::vector<std::string>> labellers;
    for (const Site& site : sites) {
        for (const auto& class_name : site.training.coverage) {
            labellers[class_name].push_back(site.name);
        }
    }
    SoleLabellers sole;
    for (const auto& [class_name, names] : labellers) {
        if (names.size() == 1) sole.emplace(class_name, names.front());
    }
    return sole;
}

/// The stages of one experiment, filled step by step.
class Experiment {
 public:
    Experiment(const DetectionOptions& options, const datasets::Schema& schema,
               std::vector<Site> sites)
        : options_(options), schema_(schema), sites_(std::move(sites)) {}

    Result<DetectionResult> run() {
        TRIBUTARY_CHECK(record("before", {}, all()));
        for (const Site& site : sites_) {
            say("what " + site.name + " learns alone");
            TRIBUTARY_TRY(const auto objects, contribute_all({&site}, 0, options_, schema_));
            TRIBUTARY_CHECK(record("own", objects, {&site}));
        }
        for (std::size_t order = 0; order < options_.orders; ++order) {
            say("everybody contributes, order " + std::to_string(order + 1));
            TRIBUTARY_TRY(const auto objects, contribute_all(all(), order, options_, schema_));
            TRIBUTARY_CHECK(record("everybody", objects, all()));
        }
        say("the central reference");
        TRIBUTARY_TRY(const auto central, train_centrally(all(), options_, schema_));
        TRIBUTARY_CHECK(record("central", central, all()));
        TRIBUTARY_CHECK(leave_each_out());
        result_.sole = sole_labellers(sites_);
        return std::move(result_);
    }

 private:
    [[nodiscard]] std::vector<const Site*> all() const {
        std::vector<const Site*> sites;
        for (const Site& site : sites_) sites.push_back(&site);
        return sites;
    }

    Status leave_each_out() {
        for (const Site& absent : sites_) {
            say("everybody but " + absent.name);
            std::vector<const Site*> others = all();
            std::erase(others, &absent);
            for (std::size_t order = 0; order < options_.orders; ++order) {
                TRIBUTARY_TRY(const auto objects, contribute_all(others, order, options_, schema_));
                TRIBUTARY_CHECK(record("without " + absent.name, objects, others));
            }
        }
        return {};
    }

    Status record(const std::string& stage, const ObjectBytes& objects,
                  const std::vector<const Site*>& at) {
        for (const Site* site : at) {
            TRIBUTARY_TRY(Evaluation evaluation, evaluate_at(*site, objects, schema_));
            stage_of(site->name, stage).runs.push_back(std::move(evaluation));
        }
        return {};
    }

    StageResult& stage_of(const std::string& organization, const std::string& stage) {
        for (StageResult& result : result_.stages) {
            if (result.organization == organization && result.stage == stage) return result;
        }
        return result_.stages.emplace_back(StageResult{organization, stage, {}});
    }

    void say(const std::string& what) const {
        if (options_.progress) options_.progress(what);
    }

    const DetectionOptions& options_;
    const datasets::Schema& schema_;
    std::vector<Site> sites_;
    DetectionResult result_;
};

template <typename Value>
double mean(const std::vector<Evaluation>& runs, Value value) {
    double sum = 0;
    for (const Evaluation& run : runs) sum += value(run);
    return runs.empty() ? 0 : sum / static_cast<double>(runs.size());
}

}  // namespace

double StageResult::mean_macro_recall() const {
    return mean(runs, [](const Evaluation& run) { return run.macro_recall; });
}

double StageResult::mean_union_fpr() const {
    return mean(runs, [](const Evaluation& run) { return run.union_fpr; });
}

double StageResult::mean_recall(const datasets::ClassName& class_name) const {
    return mean(runs, [&](const Evaluation& run) {
        const auto found = std::ranges::find(run.classes, class_name, &ClassEvaluation::class_name);
        return found == run.classes.end() ? 0 : found->recall;
    });
}

Result<DetectionResult> run_detection_experiment(const DetectionOptions& options) {
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(options.schema));
    std::vector<Site> sites;
    for (const Organization& organization : options.organizations) {
        if (options.progress) options.progress("reading the captures of " + organization.name);
        TRIBUTARY_TRY(Site site, read_site(organization, *schema));
        sites.push_back(std::move(site));
    }
    return Experiment(options, *schema, std::move(sites)).run();
}

}  // namespace tributary::app
