#include <algorithm>

#include "base/compress.hpp"
#include "classifier/bench/stream.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/object/libsvm_text.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "classifier/svm/smo_engine.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kMeasured = 4;  ///< updates over which a time is summed
constexpr std::size_t kGrowthWindow = 10;
/// Reached by 20,000 records of KDDTrain+.
constexpr std::uint32_t kTightBudget = 400;
constexpr double kBoundedGrowth = 1.2;

BenchRow at_least(std::string quantity, double ours, double reference, double must) {
    const double ratio = reference / ours;
    return {std::move(quantity), ours, reference, ratio, must, ratio >= must};
}

BenchRow at_most(std::string quantity, double ours, double reference, double must) {
    const double ratio = ours / reference;
    return {std::move(quantity), ours, reference, ratio, must, ratio <= must};
}

struct Times {
    double ours = 0;
    double reference = 0;
};

/// Solves the set of one update with both: ours from the object's coefficients, with memory that a
/// site keeps between updates; LIBSVM's svm_train as it is.
Status race(const BenchUpdate& update, ArenaPool& pool, Times& times) {
    const TrainingSet set = assemble(*update.model, *update.prepared);
    const HyperParameters& parameters = update.model->parameters;
    const Costs costs =
        class_costs(parameters.cost, update.model->seen_positive + update.prepared->positives,
                    update.model->seen_negative + update.prepared->negatives);
    const std::vector<std::uint8_t> everything(set.size(), 0);
    std::vector<double> start(set.size());
    for (std::size_t i = 0; i < set.size(); ++i) start[i] = set.alpha(i);
    const double begin = cpu_seconds();
    const auto solver = make_smo_solver(set, costs, parameters, {}, &pool);
    TRIBUTARY_TRY(const Solution solution, solver->solve(everything, start));
    times.ours += cpu_seconds() - begin;
    auto problem = std::make_unique<LibsvmProblem>();
    for (std::size_t i = 0; i < set.size(); ++i) {
        problem->add(set.row(i), set.sign(i), set.weight(i));
    }
    const double middle = cpu_seconds();
    TRIBUTARY_TRY(const LibsvmModel trained,
                  LibsvmModel::train(std::move(problem), costs, parameters));
    times.reference += cpu_seconds() - middle;
    return {};
}

/// Races the last updates of a stream of `records` rows.
Result<BenchRow> same_set(const BenchData& data, const BenchOptions& options, std::size_t records,
                          double noise, double must) {
    const std::size_t size = std::min(records, data.train.size()) / kBenchBatch * kBenchBatch;
    Times times;
    ArenaPool pool;
    BenchStream stream(data, HyperParameters{}, options.seed);
    const std::size_t first = size - std::min(size, kMeasured * kBenchBatch);
    TRIBUTARY_TRY(const double seconds,
                  stream.learn("site", std::span(data.train).first(size), noise,
                               [&](const BenchUpdate& update) -> Status {
                                   if (update.seen < first) return {};
                                   return race(update, pool, times);
                               }));
    static_cast<void>(seconds);
    return at_least(noise > 0 ? "update_same_set_noise5" : "update_same_set",
                    times.ours / kMeasured, times.reference / kMeasured, must);
}

/// One update after `stream` records against training on all of them again.
Result<BenchRow> against_retraining(const BenchData& data, const BenchOptions& options,
                                    BenchStream& stream, double& update_seconds) {
    const std::size_t size =
        std::min(options.stream, data.train.size() - kBenchBatch) / kBenchBatch * kBenchBatch;
    const std::span<const std::size_t> rows(data.train);
    TRIBUTARY_TRY(const double before, stream.learn("site", rows.first(size - kBenchBatch), 0));
    static_cast<void>(before);
    TRIBUTARY_TRY(update_seconds,
                  stream.learn("site", rows.subspan(size - kBenchBatch, kBenchBatch), 0));
    Random unused(0);
    double retrain = 0;
    TRIBUTARY_TRY(const Model model, batch_model(data.batch(rows.first(size), 0, unused),
                                                 HyperParameters{}, true, &retrain));
    static_cast<void>(model);
    return at_least("update_vs_retrain", update_seconds, retrain, 200);
}

/// Time of the updates before `early` records and at the end of a long stream.
Result<Times> growth_times(const BenchData& data, const BenchOptions& options,
                           const HyperParameters& parameters, std::size_t early) {
    const std::span<const std::size_t> rows(data.train);
    const std::size_t last = std::min(options.growth, rows.size()) / kBenchBatch * kBenchBatch;
    early = std::min(early, last / 2 / kBenchBatch * kBenchBatch);
    const std::size_t span = std::min(kGrowthWindow * kBenchBatch, early);
    BenchStream stream(data, parameters, options.seed);
    TRIBUTARY_TRY(const double warm, stream.learn("site", rows.first(early - span), 0));
    static_cast<void>(warm);
    TRIBUTARY_TRY(const double first, stream.learn("site", rows.subspan(early - span, span), 0));
    TRIBUTARY_TRY(const double between,
                  stream.learn("site", rows.subspan(early, last - span - early), 0));
    static_cast<void>(between);
    TRIBUTARY_TRY(const double second, stream.learn("site", rows.subspan(last - span, span), 0));
    return Times{second, first};
}

/// Growth from 20,000 records on; with a budget that is reached early, updates must stay as they
/// are from there on.
Result<std::vector<BenchRow>> growth(const BenchData& data, const BenchOptions& options) {
    TRIBUTARY_TRY(const Times times, growth_times(data, options, HyperParameters{}, 20000));
    HyperParameters tight;
    tight.budget = kTightBudget;
    TRIBUTARY_TRY(const Times bounded, growth_times(data, options, tight, 40000));
    return std::vector<BenchRow>{
        at_most("update_growth", times.ours, times.reference, 3),
        at_most("update_growth_budget", bounded.ours, bounded.reference, kBoundedGrowth)};
}

/// Sizes of the object, and what it costs to make it.
Result<std::vector<BenchRow>> sizes(const Model& model, double update_seconds) {
    const ClassifierObject object = new_object("bench", "bench", "bench/1", Digest{}, model);
    const double begin = cpu_seconds();
    TRIBUTARY_TRY(const Bytes bytes, encode_object(object));
    const double encode = cpu_seconds() - begin;
    TRIBUTARY_TRY(const std::string text, libsvm_text(model));
    const double ours = static_cast<double>(bytes.size());
    const auto packed = static_cast<double>(compress(to_bytes(text), 19).size());
    const auto vectors = static_cast<double>(model.coefficients.size());
    return std::vector<BenchRow>{
        at_most("bytes_vs_text", ours, static_cast<double>(text.size()), 0.1),
        at_most("bytes_vs_text_zstd19", ours, packed, 0.6),
        at_most("bytes_per_vector", ours, vectors, 16),
        at_most("encode_share", encode, update_seconds, 0.2)};
}

}  // namespace

Result<std::vector<BenchRow>> bench_updates(const datasets::LabelledRecords& records,
                                            const BenchOptions& options) {
    TRIBUTARY_TRY(const BenchData data, bench_data(records, options));
    std::vector<BenchRow> rows;
    TRIBUTARY_TRY(rows.emplace_back(), same_set(data, options, options.stream, 0, 12));
    TRIBUTARY_TRY(rows.emplace_back(), same_set(data, options, options.stream / 4, kBenchNoise, 8));
    BenchStream stream(data, HyperParameters{}, options.seed);
    double update_seconds = 0;
    TRIBUTARY_TRY(rows.emplace_back(), against_retraining(data, options, stream, update_seconds));
    TRIBUTARY_TRY(std::vector<BenchRow> more, growth(data, options));
    rows.insert(rows.end(), more.begin(), more.end());
    TRIBUTARY_TRY(more, sizes(stream.model(), update_seconds));
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

}  // namespace tributary::classifier
