#include "classifier/object/libsvm_text.hpp"

#include <array>
#include <cstdio>

namespace tributary::classifier {

namespace {

template <typename... Values>
void print(std::string& text, const char* format, Values... values) {
    std::array<char, 64> line{};
    const int size = std::snprintf(line.data(), line.size(), format, values...);
    text.append(line.data(), static_cast<std::size_t>(size));
}

void print_row(std::string& text, FeatureRow row) {
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] != 0) print(text, "%zu:%.8g ", j + 1, row[j] / 255.0);
    }
    text += '\n';
}

void print_vector(std::string& text, const Model& model, std::size_t i) {
    print(text, "%.17g ", static_cast<double>(model.coefficients[i]));
    print_row(text, model.vectors.row(i));
}

}  // namespace

Result<std::string> libsvm_text(const Model& model) {
    if (model.kind == ModelKind::rff_linear) {
        return fail(Errc::mismatch,
                    "an rff-linear model has weights, no vectors, which LIBSVM's file "
                    "cannot hold. Export an svm-rbf or one-class classifier");
    }
    if (!model.trained()) {
        return fail(Errc::invalid_argument,
                    "the model has learnt nothing yet. Export it after both classes were seen");
    }
    std::size_t positives = 0;
    for (const float value : model.coefficients) positives += value > 0 ? 1 : 0;
    const std::size_t negatives = model.coefficients.size() - positives;
    const bool one_class = model.kind == ModelKind::one_class;
    std::string text = one_class ? "svm_type one_class\n" : "svm_type c_svc\n";
    print(text, "kernel_type rbf\ngamma %.17g\n", model.parameters.gamma);
    print(text, "nr_class 2\ntotal_sv %zu\n", model.coefficients.size());
    print(text, "rho %.17g\n", model.rho);
    if (!one_class) print(text, "label 1 -1\nnr_sv %zu %zu\n", positives, negatives);
    text += "SV\n";
    for (const bool positive : {true, false}) {
        for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
            if ((model.coefficients[i] > 0) == positive) print_vector(text, model, i);
        }
    }
    return text;
}

std::string libsvm_records(const TrainingBatch& records) {
    std::string text;
    for (std::size_t i = 0; i < records.size(); ++i) {
        text += records.signs[i] > 0 ? "1 " : "-1 ";
        print_row(text, records.features.row(i));
    }
    return text;
}

}  // namespace tributary::classifier
