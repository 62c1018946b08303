#include "classifier/svm/libsvm_handle.hpp"

#include <array>

#include "base/assert.hpp"

namespace tributary::classifier {

namespace {

constexpr double kCacheMegabytes = 200;

void append_nodes(std::vector<svm_node>& nodes, FeatureRow row) {
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] != 0) nodes.push_back({static_cast<int>(j + 1), row[j] / 255.0});
    }
    nodes.push_back({-1, 0});
}

svm_parameter rbf_options(int type, const HyperParameters& parameters) {
    svm_parameter options{};
    options.svm_type = type;
    options.kernel_type = RBF;
    options.gamma = parameters.gamma;
    options.cache_size = kCacheMegabytes;
    options.eps = parameters.eps;
    options.C = 1;
    options.shrinking = 1;
    return options;
}

void silence() {
    static const bool done = [] {
        svm_set_print_string_function([](const char*) {});
        return true;
    }();
    TRIBUTARY_ASSERT(done);
}

}  // namespace

void LibsvmProblem::add(FeatureRow row, double label, std::size_t repeat) {
    const std::size_t offset = nodes_.size();
    append_nodes(nodes_, row);
    offsets_.insert(offsets_.end(), repeat, offset);
    labels_.insert(labels_.end(), repeat, label);
}

svm_problem LibsvmProblem::view() {
    rows_.clear();
    for (const std::size_t offset : offsets_) rows_.push_back(nodes_.data() + offset);
    return {static_cast<int>(labels_.size()), labels_.data(), rows_.data()};
}

std::vector<svm_node> libsvm_nodes(FeatureRow row) {
    std::vector<svm_node> nodes;
    append_nodes(nodes, row);
    return nodes;
}

LibsvmModel::LibsvmModel(std::unique_ptr<LibsvmProblem> problem, svm_model* model)
    : problem_(std::move(problem)),
      model_(model),
      orientation_(model->label == nullptr || model->label[0] > 0 ? 1 : -1) {}

Result<LibsvmModel> LibsvmModel::train(std::unique_ptr<LibsvmProblem> problem, const Costs& costs,
                                       const HyperParameters& parameters) {
    silence();
    std::array<int, 2> labels{1, -1};
    std::array<double, 2> class_weights{costs.positive, costs.negative};
    svm_parameter options = rbf_options(C_SVC, parameters);
    options.nr_weight = 2;
    options.weight_label = labels.data();
    options.weight = class_weights.data();
    const svm_problem view = problem->view();
    if (const char* complaint = svm_check_parameter(&view, &options)) {
        return fail(Errc::invalid_argument, std::string("LIBSVM refuses to train: ") + complaint);
    }
    svm_model* const trained = svm_train(&view, &options);
    if (trained == nullptr) return fail(Errc::internal, "LIBSVM returned no model");
    // The model keeps a copy of the options whose arrays live on this stack frame.
    trained->param.nr_weight = 0;
    trained->param.weight_label = nullptr;
    trained->param.weight = nullptr;
    LibsvmModel model(std::move(problem), trained);
    if (trained->nr_class != 2) return fail(Errc::internal, "LIBSVM did not see two classes");
    return model;
}

Result<LibsvmModel> LibsvmModel::train_one_class(std::unique_ptr<LibsvmProblem> problem,
                                                 const HyperParameters& parameters) {
    silence();
    svm_parameter options = rbf_options(ONE_CLASS, parameters);
    options.nu = parameters.nu;
    const svm_problem view = problem->view();
    if (const char* complaint = svm_check_parameter(&view, &options)) {
        return fail(Errc::invalid_argument, std::string("LIBSVM refuses to train: ") + complaint);
    }
    svm_model* const trained = svm_train(&view, &options);
    if (trained == nullptr) return fail(Errc::internal, "LIBSVM returned no model");
    return LibsvmModel(std::move(problem), trained);
}

std::vector<double> LibsvmModel::coefficients() const {
    std::vector<double> values(problem_->size(), 0);
    for (int i = 0; i < model_->l; ++i) {
        const auto row = static_cast<std::size_t>(model_->sv_indices[i] - 1);
        values[row] = orientation_ * model_->sv_coef[0][i];
    }
    return values;
}

double LibsvmModel::rho() const {
    return orientation_ * model_->rho[0];
}

double LibsvmModel::decision(std::span<const svm_node> row) const {
    double value = 0;
    svm_predict_values(model_.get(), row.data(), &value);
    return orientation_ * value;
}

}  // namespace tributary::classifier
