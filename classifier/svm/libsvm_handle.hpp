#pragma once
// LIBSVM behind values: a problem that owns its nodes and a model that is freed by its library.
// LIBSVM's print function is one global of that library; the first call here silences it.
// Invariant: a handle made by training keeps its problem, because LIBSVM's vectors point into it.
// One thread per instance; several instances may work at once.

#include <libsvm/svm.h>

#include <memory>
#include <span>
#include <vector>

#include "classifier/svm/solver.hpp"

namespace tributary::classifier {

/// Rows in LIBSVM's sparse form: 1-based indices, values q/255, ended by -1.
class LibsvmProblem {
 public:
    /// Adds one row `repeat` times; the copies share their nodes.
    void add(FeatureRow row, double label, std::size_t repeat = 1);
    /// @return  valid while this problem lives and does not change
    [[nodiscard]] svm_problem view();
    [[nodiscard]] std::size_t size() const { return labels_.size(); }

 private:
    std::vector<svm_node> nodes_;
    std::vector<std::size_t> offsets_;  ///< first node of each row
    std::vector<double> labels_;
    std::vector<svm_node*> rows_;
};

/// One row as nodes, for prediction.
std::vector<svm_node> libsvm_nodes(FeatureRow row);

struct LibsvmFree {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

class LibsvmModel {
 public:
    /// Trains C-SVC with an RBF kernel.
    /// @error invalid_argument (LIBSVM's own words), internal
    static Result<LibsvmModel> train(std::unique_ptr<LibsvmProblem> problem, const Costs& costs,
                                     const HyperParameters& parameters);

    /// Trains ONE_CLASS with an RBF kernel and nu; alphas are in [0, 1] and sum to nu * rows.
    /// @error invalid_argument (LIBSVM's own words), internal
    static Result<LibsvmModel> train_one_class(std::unique_ptr<LibsvmProblem> problem,
                                               const HyperParameters& parameters);

    /// alpha_i * y_i for every row of the problem, +1 being the positive class.
    [[nodiscard]] std::vector<double> coefficients() const;
    [[nodiscard]] double rho() const;
    [[nodiscard]] std::size_t vectors() const { return static_cast<std::size_t>(model_->l); }
    /// svm_predict_values with the sign of +1 being the positive class.
    [[nodiscard]] double decision(std::span<const svm_node> row) const;

 private:
    LibsvmModel(std::unique_ptr<LibsvmProblem> problem, svm_model* model);

    std::unique_ptr<LibsvmProblem> problem_;
    std::unique_ptr<svm_model, LibsvmFree> model_;
    double orientation_ = 1;  ///< -1 when LIBSVM took the negative class as its first
};

}  // namespace tributary::classifier
