#include "classifier/svm/libsvm_engine.hpp"

#include "classifier/predict/predictor.hpp"
#include "classifier/svm/libsvm_handle.hpp"

namespace tributary::classifier {

namespace {

class LibsvmSolver final : public Solver {
 public:
    LibsvmSolver(const TrainingSet& set, const Costs& costs, const HyperParameters& parameters)
        : set_(set), costs_(costs), parameters_(parameters) {}

    Result<Solution> solve(std::span<const std::uint8_t> left_out,
                           std::span<const double> /*start*/) override {
        auto problem = std::make_unique<LibsvmProblem>();
        std::vector<std::size_t> origin;
        for (std::size_t i = 0; i < set_.size(); ++i) {
            if (left_out[i]) continue;
            problem->add(set_.row(i), set_.sign(i), set_.weight(i));
            origin.insert(origin.end(), set_.weight(i), i);
        }
        TRIBUTARY_TRY(const LibsvmModel trained,
                      LibsvmModel::train(std::move(problem), costs_, parameters_));
        const std::vector<double> coefficients = trained.coefficients();
        Solution solution;
        solution.rho = trained.rho();
        solution.alphas.assign(set_.size(), 0);
        for (std::size_t n = 0; n < origin.size(); ++n) {
            solution.alphas[origin[n]] += coefficients[n] * set_.sign(origin[n]);
        }
        measure(solution);
        return solution;
    }

 private:
    /// Margins and the dual objective, from one scoring of every row.
    void measure(Solution& solution) const {
        Model model = Model::empty(set_.width(), parameters_);
        model.rho = solution.rho;
        for (std::size_t i = 0; i < set_.size(); ++i) {
            if (solution.alphas[i] <= 0) continue;
            model.vectors.append(set_.row(i));
            model.coefficients.push_back(static_cast<float>(solution.alphas[i] * set_.sign(i)));
            model.weights.push_back(1);
        }
        solution.margins.resize(set_.size());
        Predictor(model).score(set_.features(), solution.margins);
        double quadratic = 0;
        double linear = 0;
        for (std::size_t i = 0; i < set_.size(); ++i) {
            const double kernel_part = (solution.margins[i] + solution.rho) * set_.sign(i);
            quadratic += solution.alphas[i] * kernel_part;
            linear += solution.alphas[i];
            solution.margins[i] *= set_.sign(i);
        }
        solution.objective = quadratic / 2 - linear;
    }

    const TrainingSet& set_;
    Costs costs_;
    HyperParameters parameters_;
};

}  // namespace

std::unique_ptr<Solver> make_libsvm_solver(const TrainingSet& set, const Costs& costs,
                                           const HyperParameters& parameters) {
    return std::make_unique<LibsvmSolver>(set, costs, parameters);
}

Result<std::unique_ptr<Solver>> LibsvmEngine::make_solver(const TrainingSet& set,
                                                          const Costs& costs,
                                                          const HyperParameters& parameters) const {
    return make_libsvm_solver(set, costs, parameters);
}

}  // namespace tributary::classifier
