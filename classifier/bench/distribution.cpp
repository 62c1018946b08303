#include "classifier/bench/distribution.hpp"

#include <algorithm>
#include <map>

#include "classifier/bench/stream.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/object/libsvm_text.hpp"

namespace tributary::classifier {

namespace {

constexpr double kShares[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1};

std::vector<datasets::ClassName> frequent_classes(const datasets::LabelledRecords& records,
                                                  std::size_t least) {
    std::map<datasets::ClassName, std::size_t> counts;
    for (const datasets::ClassName& label : records.labels) ++counts[label];
    std::vector<datasets::ClassName> classes;
    for (const auto& [name, count] : counts) {
        if (!name.empty() && count >= least) classes.push_back(name);
    }
    return classes;
}

Result<UpdateSample> sample_of(const BenchData& data, const Model& model, double seconds) {
    UpdateSample sample;
    sample.object_class = *data.object_class;
    sample.seen = model.seen_positive + model.seen_negative;
    sample.seconds = seconds;
    sample.vectors = model.coefficients.size();
    const ClassifierObject object =
        new_object("bench", *data.object_class, "bench/1", Digest{}, model);
    TRIBUTARY_TRY(const Bytes bytes, encode_object(object));
    sample.bytes = bytes.size();
    TRIBUTARY_TRY(const std::string text, libsvm_text(model));
    sample.text_bytes = text.size();
    return sample;
}

Status sample_class(const BenchData& data, const DistributionOptions& options,
                    std::vector<UpdateSample>& samples) {
    BenchStream stream(data, HyperParameters{}, options.seed);
    const std::span<const std::size_t> rows(data.train);
    const std::size_t updates = std::min(options.updates, rows.size() / kBenchBatch);
    for (std::size_t i = 0; i < updates; ++i) {
        TRIBUTARY_TRY(const double seconds,
                      stream.learn("site", rows.subspan(i * kBenchBatch, kBenchBatch), 0));
        if (stream.model().seen_positive == 0) continue;
        TRIBUTARY_TRY(samples.emplace_back(), sample_of(data, stream.model(), seconds));
    }
    return {};
}

/// The value that a share of the samples does not exceed.
template <typename Value>
double quantile(const std::vector<UpdateSample>& samples, Value UpdateSample::*column,
                double share) {
    std::vector<double> values;
    for (const UpdateSample& sample : samples) {
        values.push_back(static_cast<double>(sample.*column));
    }
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at),
                     values.end());
    return values[at];
}

}  // namespace

Result<std::vector<UpdateSample>> sample_updates(const datasets::LabelledRecords& records,
                                                 const DistributionOptions& options) {
    BenchOptions bench;
    bench.held_out = 0;
    bench.seed = options.seed;
    TRIBUTARY_TRY(BenchData data, bench_data(records, bench));
    const auto classes = frequent_classes(records, options.least_records);
    if (classes.empty()) {
        return fail(Errc::invalid_argument, "no class has " +
                                                std::to_string(options.least_records) +
                                                " records or more. Give more records");
    }
    std::vector<UpdateSample> samples;
    for (const datasets::ClassName& name : classes) {
        data.object_class = name;
        TRIBUTARY_CHECK(sample_class(data, options, samples));
    }
    return samples;
}

std::vector<UpdateQuantile> quantiles(const std::vector<UpdateSample>& samples) {
    std::vector<UpdateQuantile> made;
    if (samples.empty()) return made;
    for (const double share : kShares) {
        made.push_back({share, quantile(samples, &UpdateSample::seconds, share),
                        quantile(samples, &UpdateSample::vectors, share),
                        quantile(samples, &UpdateSample::bytes, share),
                        quantile(samples, &UpdateSample::text_bytes, share)});
    }
    return made;
}

}  // namespace tributary::classifier
