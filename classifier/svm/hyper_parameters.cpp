#include "classifier/svm/hyper_parameters.hpp"

namespace tributary::classifier {

HyperParameters hyper_parameters_for(std::string_view schema) {
    HyperParameters parameters;
    if (schema.starts_with("kdd41/")) return parameters;
    parameters.cost = 100.0;
    parameters.gamma = 0.1;
    return parameters;
}

}  // namespace tributary::classifier
