#include <algorithm>
#include <array>
#include <cmath>

#include "classifier/bench/stream.hpp"
#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_handle.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kTrained = 10000;
constexpr int kRepeats = 3;
constexpr double kMarginOfFlips = 1e-3;

struct Choice {
    const char* quantity;
    const char* instruction_set;
    double must;
};
constexpr std::array<Choice, 3> kChoices{
    {{"predict_avx512", "avx512", 50}, {"predict_avx2", "avx2", 35}, {"predict_sse2", "sse2", 15}}};

/// A model of LIBSVM and its copy in ours.
struct Pair {
    LibsvmModel oracle;
    Model model;
};

Result<Pair> train(const BenchData& data) {
    const std::size_t size = std::min(kTrained, data.train.size());
    auto problem = std::make_unique<LibsvmProblem>();
    const FeatureMatrix& features = data.records->features;
    for (std::size_t i = 0; i < size; ++i) {
        problem->add(features.row(data.train[i]), data.sign(data.train[i]));
    }
    const HyperParameters parameters;
    const Costs costs{parameters.cost, parameters.cost};
    TRIBUTARY_TRY(LibsvmModel oracle, LibsvmModel::train(std::move(problem), costs, parameters));
    Model model = Model::empty(features.width(), parameters);
    const std::vector<double> coefficients = oracle.coefficients();
    for (std::size_t i = 0; i < size; ++i) {
        if (coefficients[i] == 0) continue;
        model.vectors.append(features.row(data.train[i]));
        model.coefficients.push_back(static_cast<float>(coefficients[i]));
        model.weights.push_back(1);
    }
    model.rho = oracle.rho();
    return Pair{std::move(oracle), std::move(model)};
}

double best_time(const Predictor& predictor, const FeatureMatrix& rows, std::span<double> scores) {
    double best = 1e9;
    for (int i = 0; i < kRepeats; ++i) {
        const double begin = cpu_seconds();
        predictor.score(rows, scores);
        best = std::min(best, cpu_seconds() - begin);
    }
    return best;
}

/// 1 when the labels differ although the reference is sure.
double flip(double score, double expected) {
    const bool sure = std::fabs(expected) >= kMarginOfFlips;
    return sure && (score > 0) != (expected > 0) ? 1 : 0;
}

double flips_on(const Pair& pair, const Predictor& predictor, const FeatureMatrix& rows) {
    double flips = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const FeatureRow row = rows.row(i);
        flips += flip(predictor.score(row), pair.oracle.decision(libsvm_nodes(row)));
    }
    return flips;
}

}  // namespace

Result<std::vector<BenchRow>> bench_prediction(const datasets::LabelledRecords& records,
                                               const BenchOptions& options) {
    TRIBUTARY_TRY(const BenchData data, bench_data(records, options));
    TRIBUTARY_TRY(const Pair pair, train(data));
    const TrainingBatch test = data.held_out();
    std::vector<std::vector<svm_node>> nodes;
    for (std::size_t i = 0; i < test.size(); ++i) {
        nodes.push_back(libsvm_nodes(test.features.row(i)));
    }
    std::vector<double> expected(test.size());
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < test.size(); ++i) expected[i] = pair.oracle.decision(nodes[i]);
    const double reference = cpu_seconds() - begin;
    const Predictor predictor(pair.model);
    std::vector<double> scores(test.size());
    std::vector<BenchRow> rows;
    double flips = 0;
    for (const Choice& choice : kChoices) {
        BenchRow row{choice.quantity, 0, reference, 0, choice.must, std::nullopt};
        if (restrict_instruction_set(choice.instruction_set)) {
            row.ours = best_time(predictor, test.features, scores);
            row.ratio = reference / row.ours;
            row.met = row.ratio >= row.must;
            for (std::size_t i = 0; i < scores.size(); ++i) flips += flip(scores[i], expected[i]);
        }
        rows.push_back(row);
    }
    restrict_instruction_set("best");
    double judged = static_cast<double>(test.size());
    if (options.unseen != nullptr) {
        flips += flips_on(pair, predictor, *options.unseen);
        judged = static_cast<double>(options.unseen->rows());
    }
    rows.push_back({"label_flips", flips, judged, flips, 0, flips == 0});
    return rows;
}

}  // namespace tributary::classifier
