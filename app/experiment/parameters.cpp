#include "app/experiment/parameters.hpp"

#include <algorithm>
#include <memory>

#include "base/hash.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/engine.hpp"
#include "classifier/svm/hyper_parameters.hpp"

namespace tributary::app {

namespace {

using datasets::ClassName;

/// Everybody's labelled flows, with what keeps together in a fold.
struct Pool {
    const datasets::Schema* schema = nullptr;
    std::vector<datasets::LabelledRecords> sites;
    std::vector<std::vector<Bytes>> groups;  ///< of each site's rows
    datasets::Coverage classes;
};

/// Counts over folds and assignments.
struct Tally {
    std::uint64_t positives = 0;
    std::uint64_t recalled = 0;
    std::uint64_t normals = 0;
    std::uint64_t false_alarms = 0;
};

Bytes group_of(const std::string& site, const datasets::FlowRecord& flow) {
    ByteWriter writer;
    writer.put(to_bytes(site));
    const auto [low, high] = std::minmax(flow.src.bytes, flow.dst.bytes);
    writer.put(low);
    writer.put(high);
    writer.u16(std::min(flow.src_port, flow.dst_port));
    return writer.take();
}

Result<Pool> read_pool(const ParameterOptions& options, const datasets::Schema& schema) {
    Pool pool{&schema, {}, {}, {}};
    for (const Organization& organization : options.organizations) {
        if (options.progress) options.progress("reading the captures of " + organization.name);
        TRIBUTARY_TRY(LabelledFlows flows, read_labelled_flows(organization.train, schema));
        std::vector<Bytes> groups;
        groups.reserve(flows.flows.size());
        for (const auto& flow : flows.flows) groups.push_back(group_of(organization.name, flow));
        pool.classes.insert(flows.records.coverage.begin(), flows.records.coverage.end());
        pool.sites.push_back(std::move(flows.records));
        pool.groups.push_back(std::move(groups));
    }
    return pool;
}

using Folds = std::vector<std::vector<std::size_t>>;  ///< by site and row

Folds divide(const Pool& pool, std::uint64_t assignment, std::size_t folds) {
    Folds result;
    for (const std::vector<Bytes>& groups : pool.groups) {
        std::vector<std::size_t> of_rows;
        of_rows.reserve(groups.size());
        for (const Bytes& group : groups) {
            ByteWriter writer;
            writer.u64(assignment);
            writer.put(group);
            const Digest digest = blake2b(writer.bytes());
            of_rows.push_back(static_cast<std::size_t>(ByteReader(digest).u64() % folds));
        }
        result.push_back(std::move(of_rows));
    }
    return result;
}

/// Calls `use(row, label, sign, fold)` for every row that may judge or train a class.
template <typename Use>
void for_each_row(const Pool& pool, const Folds& folds, const ClassName& class_name, Use use) {
    for (std::size_t s = 0; s < pool.sites.size(); ++s) {
        const datasets::LabelledRecords& records = pool.sites[s];
        for (std::size_t i = 0; i < records.labels.size(); ++i) {
            const int sign = datasets::sign_for(records.labels[i], class_name, records.coverage);
            if (sign != 0) use(records.features.row(i), records.labels[i], sign, folds[s][i]);
        }
    }
}

/// Trains a class without one fold, and counts what it does on that fold.
Status judge_fold(const classifier::Engine& engine, const Pool& pool, const Folds& folds,
                  const ClassName& class_name, std::size_t fold,
                  const classifier::HyperParameters& parameters, Tally& tally) {
    classifier::TrainingBatch rows{classifier::FeatureMatrix(pool.schema->width()), {}, {}};
    for_each_row(pool, folds, class_name, [&](auto row, const auto&, int sign, std::size_t of) {
        if (of != fold) rows.append(row, static_cast<std::int8_t>(sign));
    });
    const auto empty = classifier::Model::empty(pool.schema->width(), parameters);
    TRIBUTARY_TRY(const auto model, engine.learn(empty, rows));
    const bool trained = model.trained();
    const classifier::Predictor predictor(model);
    for_each_row(pool, folds, class_name,
                 [&](auto row, const auto& label, int sign, std::size_t of) {
                     if (of != fold) return;
                     const bool alarm = trained && predictor.score(row) > 0;
                     if (sign > 0) {
                         ++tally.positives;
                         tally.recalled += alarm ? 1 : 0;
                     } else if (label == datasets::kNormalClass) {
                         ++tally.normals;
                         tally.false_alarms += alarm ? 1 : 0;
                     }
                 });
    return {};
}

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Result<ParameterRow> judge(const classifier::Engine& engine, const Pool& pool,
                           const std::vector<Folds>& assignments, std::size_t folds,
                           const classifier::HyperParameters& parameters) {
    ParameterRow result{parameters.cost, parameters.gamma, 0, 0, {}};
    for (const ClassName& class_name : pool.classes) {
        Tally tally;
        for (const Folds& assignment : assignments) {
            for (std::size_t fold = 0; fold < folds; ++fold) {
                TRIBUTARY_CHECK(
                    judge_fold(engine, pool, assignment, class_name, fold, parameters, tally));
            }
        }
        const double recall = share(tally.recalled, tally.positives);
        result.recall_by_class[class_name] = recall;
        result.recall += recall / static_cast<double>(pool.classes.size());
        result.fpr +=
            share(tally.false_alarms, tally.normals) / static_cast<double>(pool.classes.size());
    }
    return result;
}

}  // namespace

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
