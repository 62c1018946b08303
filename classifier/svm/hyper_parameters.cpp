#include "classifier/svm/hyper_parameters.hpp"

#include "classifier/svm/fourier_engine.hpp"

namespace tributary::classifier {

namespace {

constexpr double kOneClassSharpness = 4;
constexpr std::uint64_t kFourierSeed = 1;

}  // namespace

HyperParameters hyper_parameters_for(std::string_view schema, ModelKind kind) {
    HyperParameters parameters;
    if (!schema.starts_with("kdd41/")) {
        parameters.cost = 30.0;
        parameters.gamma = 0.2;
    }
    if (kind == ModelKind::one_class) parameters.gamma *= kOneClassSharpness;
    if (kind == ModelKind::rff_linear) {
        parameters.fourier = kDefaultFourier;
        parameters.fourier_seed = kFourierSeed;
    }
    return parameters;
}

}  // namespace tributary::classifier
