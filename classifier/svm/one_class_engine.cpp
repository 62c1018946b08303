#include "classifier/svm/one_class_engine.hpp"

#include <algorithm>
#include <numeric>

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_handle.hpp"
#include "classifier/svm/retention.hpp"

namespace tributary::classifier {

namespace {

Status check_one_class_fit(const Model& current, const PreparedBatch& prepared) {
    if (current.kind != ModelKind::one_class) {
        return fail(Errc::mismatch, std::string("this engine trains one-class, the object is ") +
                                        to_string(current.kind));
    }
    const bool batch_fits =
        prepared.batch.empty() || prepared.batch.features.width() == current.width();
    const bool memory_fits = prepared.own.size() == 0 || prepared.own.width() == current.width();
    if (!batch_fits || !memory_fits) {
        return fail(Errc::mismatch,
                    "the batch or the site's memory has another width than the object. Encode it "
                    "with the schema of the object");
    }
    return check_model(current);
}

/// Normal rows of the object, the batch and the memory, each once.
TrainingSet normal_set(const Model& current, const PreparedBatch& prepared) {
    TrainingSet set(current.width());
    for (std::size_t i = 0; i < current.coefficients.size(); ++i) {
        set.add(current.vectors.row(i), 1, current.weights[i]);
    }
    const TrainingSet& own = prepared.own;
    for (std::size_t i = 0; i < own.size(); ++i) {
        if (own.sign(i) < 0) continue;
        if (i < prepared.batch_rows) {
            set.add(own.row(i), 1, own.weight(i));
        } else {
            set.add_if_absent(own.row(i), 1, own.weight(i));
        }
    }
    return set;
}

/// One solution of the rows that are not left out, not yet in canonical form.
Result<Model> solve_one_class(const Model& current, const TrainingSet& set,
                              const std::vector<std::uint8_t>& left_out) {
    auto problem = std::make_unique<LibsvmProblem>();
    std::vector<std::size_t> origin;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (left_out[i]) continue;
        problem->add(set.row(i), 1, set.weight(i));
        origin.insert(origin.end(), set.weight(i), i);
    }
    TRIBUTARY_TRY(const LibsvmModel trained,
                  LibsvmModel::train_one_class(std::move(problem), current.parameters));
    std::vector<double> alphas(set.size(), 0);
    const std::vector<double> coefficients = trained.coefficients();
    for (std::size_t n = 0; n < origin.size(); ++n) alphas[origin[n]] += coefficients[n];
    Model next = Model::empty(current.width(), current.parameters, ModelKind::one_class);
    next.rho = trained.rho();
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto coefficient = static_cast<float>(alphas[i]);
        if (coefficient <= 0) continue;
        next.vectors.append(set.row(i));
        next.coefficients.push_back(coefficient);
        next.weights.push_back(set.weight(i));
    }
    return next;
}

/// Leaves out the strangest vectors of a model that has too many: they say least about what is
/// normal, and unlike the edge they pile up.
void leave_out_strangest(const Model& model, const TrainingSet& set,
                         std::vector<std::uint8_t>& left_out) {
    std::vector<double> scores(model.coefficients.size());
    Predictor(model).score(model.vectors, scores);
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return scores[i]; });
    order.resize(scores.size() - std::min<std::size_t>(scores.size(), model.parameters.budget));
    TrainingSet strangest(model.width());
    for (const std::size_t i : order) strangest.add(model.vectors.row(i), 1, 1);
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (strangest.contains(set.row(i), 1)) left_out[i] = 1;
    }
}

/// Keeps the vectors with the largest coefficients when leaving out was not enough.
void keep_heaviest(Model& model) {
    const std::size_t budget = model.parameters.budget;
    if (model.coefficients.size() <= budget) return;
    std::vector<std::size_t> order(model.coefficients.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t i) { return model.coefficients[i]; });
    Model kept = Model::empty(model.width(), model.parameters, model.kind);
    kept.rho = model.rho;
    for (std::size_t k = 0; k < budget; ++k) {
        kept.vectors.append(model.vectors.row(order[k]));
        kept.coefficients.push_back(model.coefficients[order[k]]);
        kept.weights.push_back(model.weights[order[k]]);
    }
    model = std::move(kept);
}

}  // namespace

Result<Model> OneClassEngine::update(const Model& current, const PreparedBatch& prepared) const {
    TRIBUTARY_CHECK(check_one_class_fit(current, prepared));
    if (prepared.positives == 0 && !prepared.is_rehearsal) return current;
    const TrainingSet set = normal_set(current, prepared);
    if (set.size() == 0) return current;
    std::vector<std::uint8_t> left_out(set.size(), 0);
    TRIBUTARY_TRY(Model next, solve_one_class(current, set, left_out));
    for (int round = 0; round < kDropRounds; ++round) {
        if (next.coefficients.size() <= current.parameters.budget) break;
        leave_out_strangest(next, set, left_out);
        TRIBUTARY_TRY(next, solve_one_class(current, set, left_out));
    }
    keep_heaviest(next);
    next.seen_positive = current.seen_positive + prepared.positives;
    next.cost_positive = 1;
    next.cost_negative = 1;
    make_canonical(next);
    TRIBUTARY_CHECK(check_model(next));
    return next;
}

}  // namespace tributary::classifier
