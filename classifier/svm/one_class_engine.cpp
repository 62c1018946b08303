#include "classifier/svm/one_class_engine.hpp"

#include "classifier/svm/libsvm_handle.hpp"

namespace tributary::classifier {

namespace {

Status check_one_class_fit(const Model& current, const PreparedBatch& prepared) {
    if (current.kind != ModelKind::one_class) {
        return fail(Errc::mismatch, std::string("this engine trains one-class, the object is ") +
                                        to_string(current.kind));
    }
    const bool batch_fits =
        prepared.batch.empty() || prepared.batch.features.width() == current.width();
    const bool memory_fits =
        prepared.memory.size() == 0 || prepared.memory.width() == current.width();
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
    for (std::size_t i = 0; i < prepared.rows.size(); ++i) {
        if (prepared.rows.sign(i) > 0) set.add(prepared.rows.row(i), 1, prepared.rows.weight(i));
    }
    for (std::size_t i = 0; i < prepared.memory.size(); ++i) {
        if (prepared.memory.sign(i) < 0) continue;
        set.add_if_absent(prepared.memory.row(i), 1, prepared.memory.weight(i));
    }
    return set;
}

}  // namespace

Result<Model> OneClassEngine::update(const Model& current, const PreparedBatch& prepared) const {
    TRIBUTARY_CHECK(check_one_class_fit(current, prepared));
    if (prepared.positives == 0) return current;
    const TrainingSet set = normal_set(current, prepared);
    auto problem = std::make_unique<LibsvmProblem>();
    std::vector<std::size_t> origin;
    for (std::size_t i = 0; i < set.size(); ++i) {
        problem->add(set.row(i), 1, set.weight(i));
        origin.insert(origin.end(), set.weight(i), i);
    }
    TRIBUTARY_TRY(const LibsvmModel trained,
                  LibsvmModel::train_one_class(std::move(problem), current.parameters));
    std::vector<double> alphas(set.size(), 0);
    const std::vector<double> coefficients = trained.coefficients();
    for (std::size_t n = 0; n < origin.size(); ++n) alphas[origin[n]] += coefficients[n];
    Model next = Model::empty(current.width(), current.parameters, ModelKind::one_class);
    next.seen_positive = current.seen_positive + prepared.positives;
    next.cost_positive = 1;
    next.cost_negative = 1;
    next.rho = trained.rho();
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto coefficient = static_cast<float>(alphas[i]);
        if (coefficient <= 0) continue;
        next.vectors.append(set.row(i));
        next.coefficients.push_back(coefficient);
        next.weights.push_back(set.weight(i));
    }
    if (next.coefficients.size() > current.parameters.budget) {
        return fail(Errc::limit_exceeded,
                    "the one-class model needs " + std::to_string(next.coefficients.size()) +
                        " vectors; its budget is " + std::to_string(current.parameters.budget) +
                        ". Lower nu or raise the budget");
    }
    make_canonical(next);
    TRIBUTARY_CHECK(check_model(next));
    return next;
}

}  // namespace tributary::classifier
