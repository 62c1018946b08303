#include "classifier/bench/stream.hpp"

#include <algorithm>
#include <ctime>
#include <numeric>

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_engine.hpp"
#include "classifier/svm/smo_engine.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kLeastRecords = 4000;

}  // namespace

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::int8_t BenchData::sign(std::size_t row) const {
    const datasets::ClassName& label = records->labels[row];
    const bool is_class = object_class ? label == *object_class : label != datasets::kNormalClass;
    return is_class ? std::int8_t{1} : std::int8_t{-1};
}

TrainingBatch BenchData::batch(std::span<const std::size_t> rows, double noise,
                               Random& random) const {
    TrainingBatch made;
    made.features = FeatureMatrix(records->features.width());
    for (const std::size_t row : rows) {
        const bool flip = random.chance(noise);
        made.append(records->features.row(row),
                    static_cast<std::int8_t>(flip ? -sign(row) : sign(row)));
    }
    return made;
}

TrainingBatch BenchData::held_out() const {
    Random unused(0);
    return batch(test, 0, unused);
}

Result<BenchData> bench_data(const datasets::LabelledRecords& records,
                             const BenchOptions& options) {
    if (records.features.rows() < kLeastRecords) {
        return fail(Errc::invalid_argument,
                    "the benchmark needs at least " + std::to_string(kLeastRecords) +
                        " labelled records, there are " + std::to_string(records.features.rows()));
    }
    BenchData data;
    data.records = &records;
    std::vector<std::size_t> order(records.features.rows());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(options.seed);
    shuffle(order, random);
    const std::size_t held_out = std::min(options.held_out, order.size() / 4);
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(held_out);
    data.test.assign(order.begin(), middle);
    data.train.assign(middle, order.end());
    return data;
}

BenchStream::BenchStream(const BenchData& data, const HyperParameters& parameters,
                         std::uint64_t seed)
    : data_(data),
      engine_(std::make_unique<SmoEngine>()),
      random_(seed),
      model_(Model::empty(data.records->features.width(), parameters)) {}

Result<double> BenchStream::learn(const std::string& site, std::span<const std::size_t> rows,
                                  double noise,
                                  const std::function<Status(const BenchUpdate&)>& watch) {
    const auto place = memories_.try_emplace(site, model_.width(), memories_.size()).first;
    LocalMemory& memory = place->second;
    double seconds = 0;
    for (std::size_t first = 0; first < rows.size(); first += kBenchBatch) {
        const TrainingBatch batch = data_.batch(
            rows.subspan(first, std::min(kBenchBatch, rows.size() - first)), noise, random_);
        TRIBUTARY_TRY(const PreparedBatch prepared, prepare(batch, memory.rows()));
        if (watch) TRIBUTARY_CHECK(watch({seen_, &model_, &prepared}));
        const double begin = cpu_seconds();
        TRIBUTARY_TRY(Model next, engine_->update(model_, prepared));
        seconds += cpu_seconds() - begin;
        TRIBUTARY_CHECK(memory.remember(batch, next));
        model_ = std::move(next);
        seen_ += batch.size();
    }
    return seconds;
}

Result<Model> BenchStream::preview(const std::string& site, const TrainingBatch& batch) const {
    const auto memory = memories_.find(site);
    TRIBUTARY_TRY(
        const PreparedBatch prepared,
        prepare(batch, memory == memories_.end() ? TrainingBatch{} : memory->second.rows()));
    return engine_->update(model_, prepared);
}

double accuracy_of(const Model& model, const TrainingBatch& batch) {
    std::vector<double> scores(batch.size());
    Predictor(model).score(batch.features, scores);
    std::size_t right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) right += scores[i] * batch.signs[i] > 0 ? 1 : 0;
    return static_cast<double>(right) /
           static_cast<double>(std::max<std::size_t>(scores.size(), 1));
}

Result<Model> batch_model(const TrainingBatch& batch, const HyperParameters& parameters,
                          bool libsvm, double* seconds) {
    TRIBUTARY_TRY(const PreparedBatch prepared, prepare(batch, TrainingBatch{}));
    const TrainingSet& set = prepared.own;
    const Costs costs = class_costs(parameters.cost, prepared.positives, prepared.negatives);
    const auto solver = libsvm ? make_libsvm_solver(set, costs, parameters)
                               : make_smo_solver(set, costs, parameters);
    const std::vector<std::uint8_t> everything(set.size(), 0);
    const std::vector<double> nothing(set.size(), 0);
    const double begin = cpu_seconds();
    TRIBUTARY_TRY(const Solution solution, solver->solve(everything, nothing));
    if (seconds != nullptr) *seconds = cpu_seconds() - begin;
    Model model = Model::empty(set.width(), parameters);
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto coefficient = static_cast<float>(solution.alphas[i] * set.sign(i));
        if (coefficient == 0) continue;
        model.vectors.append(set.row(i));
        model.coefficients.push_back(coefficient);
        model.weights.push_back(set.weight(i));
    }
    model.rho = solution.rho;
    return model;
}

}  // namespace tributary::classifier
