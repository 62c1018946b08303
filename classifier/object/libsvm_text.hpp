#pragma once
// Models and records in the text forms of LIBSVM 3, for exchange with its programs. What comes in
// is checked like anything from outside, and a vector that is not of the schema's 8-bit numbers is
// refused, because rounding it would change the decisions.
// Any thread. Format: svm_save_model and svm-train's input, LIBSVM 3.

#include <string>
#include <string_view>

#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

/// Longest model text that is read.
inline constexpr std::size_t kLibsvmTextLimit = std::size_t{64} << 20;

/// The bytes that svm_save_model would write for this model: features are q/255, indices 1-based,
/// label 1 is the class and stands first.
/// @error mismatch (rff-linear has no vectors), invalid_argument (nothing learnt yet)
Result<std::string> libsvm_text(const Model& model);

/// Reads a model that svm-train or `libsvm_text` wrote: C-SVC with two classes or one-class, with
/// an RBF kernel. C is not in the text: the largest coefficient of each class stands for it.
/// @param width        features of the schema
/// @param class_label  which of the two labels is the class; one-class models have none
/// @error corrupt (naming the line), mismatch (another kind of model, numbers that are not q/255),
///        limit_exceeded
Result<Model> parse_libsvm_text(std::string_view text, std::size_t width, int class_label = 1);

/// Records as svm-predict reads them, one a line, labels 1 and -1.
std::string libsvm_records(const TrainingBatch& records);

}  // namespace tributary::classifier
