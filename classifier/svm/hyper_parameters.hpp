#pragma once
// The catalogue entry of each schema: how its classifiers are trained at every site.
// Any thread. Source: design of the classifier, section 1.

#include <string_view>

#include "classifier/svm/model.hpp"

namespace tributary::classifier {

/// @param schema  name with version, for example "kdd41/1"
/// @return svm-rbf: kdd41 C=10, gamma=0.5; every other schema C=30, gamma=0.5. rff-linear: the
///         same with 1,024 random features. one-class: nu=0.01 and four times the gamma, because
///         the edge of normal traffic is finer than the border between two classes
HyperParameters hyper_parameters_for(std::string_view schema, ModelKind kind = ModelKind::svm_rbf);

}  // namespace tributary::classifier
