#pragma once
// A model as LIBSVM's text file, for exchange with other programs. One way: text from elsewhere is
// never read, because an object comes with checks that such a file cannot pass.
// Any thread. Format: svm_save_model of LIBSVM 3.

#include <string>

#include "classifier/svm/model.hpp"

namespace tributary::classifier {

/// The bytes that svm_save_model would write for this model: features are q/255, indices 1-based,
/// label 1 is the class and stands first.
/// @error mismatch (rff-linear has no vectors), invalid_argument (nothing learnt yet)
Result<std::string> libsvm_text(const Model& model);

}  // namespace tributary::classifier
