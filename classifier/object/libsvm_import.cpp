#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "classifier/object/libsvm_text.hpp"
#include "datasets/corpus/text.hpp"

namespace tributary::classifier {

namespace {

constexpr std::size_t kLineLimit = std::size_t{64} << 10;
/// LIBSVM writes eight digits.
constexpr double kGridTolerance = 1e-5;
constexpr double kLargestNumber = 1e9;

/// Reads one text; every helper names the line when it fails.
class LibsvmReader {
 public:
    LibsvmReader(std::string_view text, std::size_t width, int class_label)
        : lines_(text), width_(width), class_label_(class_label), set_(width) {}

    Result<Model> read() {
        TRIBUTARY_CHECK(read_header());
        TRIBUTARY_CHECK(check_header());
        TRIBUTARY_CHECK(read_vectors());
        return make();
    }

 private:
    [[nodiscard]] tl::unexpected<Error> refuse(Errc code, const std::string& cause) const {
        const std::string line = std::to_string(std::max<std::size_t>(1, lines_.line()));
        const bool broken = code == Errc::corrupt;
        return fail(code,
                    "LIBSVM model, line " + line + ": " + cause +
                        (broken ? ". Give a file that svm-train or models export wrote" : ""));
    }

    /// A label, without the digits behind the point that it does not need.
    static std::string in_words(double label) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", label);
        return text;
    }

    /// The next word of `line`, which is cut.
    static std::string_view next_word(std::string_view& line) {
        line = datasets::trimmed(line);
        const std::size_t end = std::min(line.find(' '), line.size());
        const std::string_view word = line.substr(0, end);
        line.remove_prefix(end);
        return word;
    }

    Result<double> number(std::string_view word) const {
        const auto value = datasets::parse_number(word);
        if (value && std::fabs(*value) <= kLargestNumber) return *value;
        return refuse(Errc::corrupt, datasets::in_quotes(word) + " is not a usable number");
    }

    Status read_header() {
        std::string_view line;
        while (lines_.next(line)) {
            if (line.size() > kLineLimit) return refuse(Errc::limit_exceeded, "line too long");
            const std::string_view key = next_word(line);
            if (key == "SV") return {};
            TRIBUTARY_CHECK(take_header(key, line));
        }
        return refuse(Errc::corrupt,
                      "the text ends before its support vectors (SV). Give a file "
                      "that svm-train or models export wrote");
    }

    Status take_header(std::string_view key, std::string_view rest) {
        const std::string_view value = datasets::trimmed(rest);
        if (key == "svm_type") {
            one_class_ = value == "one_class";
            if (one_class_ || value == "c_svc") return {};
            return refuse(Errc::mismatch, datasets::in_quotes(value) +
                                              " models cannot be taken; train c_svc or one_class");
        }
        if (key == "kernel_type") {
            if (value == "rbf") return {};
            return refuse(Errc::mismatch, "the kernel is not rbf. Train with svm-train -t 2");
        }
        if (key == "nr_class") {
            if (value == "2") return {};
            return refuse(Errc::mismatch, "the model does not tell two classes apart");
        }
        if (key == "gamma") return take(gamma_, next_word(rest));
        if (key == "rho") return take(rho_, next_word(rest));
        if (key == "total_sv") return take(total_, next_word(rest));
        if (key == "label") {
            TRIBUTARY_CHECK(take(first_label_, next_word(rest)));
            return take(second_label_, next_word(rest));
        }
        if (key == "nr_sv" || key == "probA" || key == "probB") return {};
        return refuse(Errc::corrupt,
                      datasets::in_quotes(key) +
                          " is not part of such a model. Give a file that svm-train or models "
                          "export wrote");
    }

    Status take(std::optional<double>& into, std::string_view word) {
        TRIBUTARY_TRY(into, number(word));
        return {};
    }

    Status check_header() {
        if (!gamma_ || !rho_ || !total_ || (!one_class_ && (!first_label_ || !second_label_))) {
            return refuse(Errc::corrupt, "gamma, rho, total_sv or label is missing");
        }
        if (*total_ < 1 || *total_ > kVectorLimit) {
            return refuse(Errc::limit_exceeded,
                          "the model must have 1 to " + std::to_string(kVectorLimit) + " vectors");
        }
        if (!one_class_ && *first_label_ == *second_label_) {
            return refuse(Errc::corrupt, "both classes have one label");
        }
        const bool first_is_class = one_class_ || *first_label_ == class_label_;
        if (!first_is_class && *second_label_ != class_label_) {
            return refuse(Errc::mismatch, "the labels are " + in_words(*first_label_) + " and " +
                                              in_words(*second_label_) + "; neither is " +
                                              in_words(class_label_) +
                                              ". Say which of them is the class: --label");
        }
        orientation_ = first_is_class ? 1 : -1;
        return {};
    }

    Status read_vectors() {
        std::string_view line;
        std::size_t count = 0;
        while (lines_.next(line)) {
            if (datasets::trimmed(line).empty()) continue;
            if (line.size() > kLineLimit) return refuse(Errc::limit_exceeded, "line too long");
            if (static_cast<double>(++count) > *total_) {
                return refuse(Errc::corrupt, "there are more vectors than total_sv says");
            }
            TRIBUTARY_CHECK(read_vector(line));
        }
        if (static_cast<double>(count) == *total_) return {};
        return refuse(Errc::corrupt, "there are fewer vectors than total_sv says");
    }

    Status read_vector(std::string_view line) {
        TRIBUTARY_TRY(const double coefficient, number(next_word(line)));
        if (coefficient == 0) return refuse(Errc::corrupt, "a vector has the coefficient 0");
        std::vector<std::uint8_t> row(width_, 0);
        std::uint64_t last = 0;
        for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
            TRIBUTARY_CHECK(read_cell(word, last, row));
        }
        const double signed_coefficient = coefficient * orientation_;
        set_.add(row, signed_coefficient > 0 ? 1 : -1, 1, std::fabs(signed_coefficient));
        return {};
    }

    /// One `index:value`; indices ascend.
    Status read_cell(std::string_view word, std::uint64_t& last, std::vector<std::uint8_t>& row) {
        const std::size_t colon = std::min(word.find(':'), word.size());
        const auto index = datasets::parse_unsigned(word.substr(0, colon), width_);
        if (!index || *index <= last || colon == word.size()) {
            return refuse(Errc::corrupt, datasets::in_quotes(word) +
                                             " is out of place: indices ascend from 1 to " +
                                             std::to_string(width_) +
                                             ", the features of the schema (--schema)");
        }
        last = *index;
        TRIBUTARY_TRY(const double value, number(word.substr(colon + 1)));
        const double cell = std::round(255 * value);
        if (value < 0 || value > 1 || std::fabs(cell / 255 - value) > kGridTolerance) {
            return refuse(Errc::mismatch, datasets::in_quotes(word) +
                                              " is not one of the 256 numbers that a feature of "
                                              "this schema can be. Train on exported records");
        }
        row[static_cast<std::size_t>(*index - 1)] = static_cast<std::uint8_t>(cell);
        return {};
    }

    Result<Model> make() {
        HyperParameters parameters;
        parameters.gamma = *gamma_;
        Model model = Model::empty(width_, parameters,
                                   one_class_ ? ModelKind::one_class : ModelKind::svm_rbf);
        for (std::size_t i = 0; i < set_.size(); ++i) {
            const auto coefficient = static_cast<float>(set_.alpha(i) * set_.sign(i));
            model.vectors.append(set_.row(i));
            model.coefficients.push_back(coefficient);
            model.weights.push_back(set_.weight(i));
            double& cost = set_.sign(i) > 0 ? model.cost_positive : model.cost_negative;
            cost = std::max(cost, set_.alpha(i) / set_.weight(i));
        }
        model.rho = *rho_ * orientation_;
        model.parameters.cost = std::max({model.cost_positive, model.cost_negative, kLeastCost});
        model.parameters.budget = std::max<std::uint32_t>(
            parameters.budget, static_cast<std::uint32_t>(model.coefficients.size()));
        make_canonical(model);
        TRIBUTARY_CHECK(check_model(model));
        return model;
    }

    static constexpr double kLeastCost = 1e-9;
    datasets::LineReader lines_;
    std::size_t width_;
    double class_label_;
    TrainingSet set_;
    bool one_class_ = false;
    double orientation_ = 1;
    std::optional<double> gamma_, rho_, total_, first_label_, second_label_;
};

}  // namespace

Result<Model> parse_libsvm_text(std::string_view text, std::size_t width, int class_label) {
    if (text.size() > kLibsvmTextLimit) {
        return fail(Errc::limit_exceeded, "the LIBSVM model is larger than 64 MiB");
    }
    if (width == 0 || width > kWidthLimit) {
        return fail(Errc::invalid_argument, "a schema has 1 to 1024 features");
    }
    return LibsvmReader(text, width, class_label).read();
}

}  // namespace tributary::classifier
