#pragma once
// Learns one-class models of normal traffic with LIBSVM: the object's vectors, the site's memory
// and the batch, of which at most the share nu comes to lie outside. A score below zero is strange.
// Rows labelled -1 are not normal and teach nothing. Above the budget the strangest vectors are
// left out and the rest is solved again. Holds no state; any thread. Source: Scholkopf et al.,
// "Estimating the support of a high-dimensional distribution", Neural Computation 13, 2001; design
// of the classifier, section 4.

#include "classifier/svm/engine.hpp"

namespace tributary::classifier {

class OneClassEngine final : public Engine {
 public:
    [[nodiscard]] std::string_view name() const override { return "one-class"; }
    [[nodiscard]] Result<Model> update(const Model& current,
                                       const PreparedBatch& prepared) const override;
};

}  // namespace tributary::classifier
