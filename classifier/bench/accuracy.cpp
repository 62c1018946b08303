#include <algorithm>

#include "classifier/bench/stream.hpp"
#include "datasets/corpus/kdd.hpp"

namespace tributary::classifier {

namespace {

using Rows = std::vector<std::size_t>;

/// "dos", "probe" ... of a published attack name; other labels stand for themselves.
std::string_view category_of(const std::string& label) {
    return datasets::kdd_category(label).value_or(label);
}

/// Points of accuracy that `ours` is behind `reference`.
BenchRow gap(std::string quantity, double ours, double reference, double must) {
    const double points = 100 * (reference - ours);
    return {std::move(quantity), ours, reference, points, must, points <= must};
}

/// Two traffic mixes: both have normal traffic; flooding ("dos") is in the first only, everything
/// else in the second only.
struct Mixes {
    Rows first;
    Rows second;
};

Mixes split(const BenchData& data, const Rows& rows) {
    Mixes mixes;
    bool turn = false;
    for (const std::size_t row : rows) {
        const std::string& label = data.records->labels[row];
        if (label == datasets::kNormalClass) turn = !turn;
        const bool first = label == datasets::kNormalClass ? turn : category_of(label) == "dos";
        (first ? mixes.first : mixes.second).push_back(row);
    }
    return mixes;
}

Rows front(const Rows& rows, std::size_t count) {
    const std::size_t size = std::min(count, rows.size());
    return Rows(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<double> batch_accuracy(const BenchData& data, const Rows& rows, double noise,
                              const TrainingBatch& test, const BenchOptions& options) {
    Random random(options.seed);
    TRIBUTARY_TRY(const Model model,
                  batch_model(data.batch(rows, noise, random), HyperParameters{}, false));
    return accuracy_of(model, test);
}

/// Feeds both mixes batch by batch in turn, one site each.
Status alternate(BenchStream& stream, const Mixes& mixes) {
    const std::size_t most = std::max(mixes.first.size(), mixes.second.size());
    for (std::size_t at = 0; at < most; at += kBenchBatch) {
        for (const auto& [site, rows] :
             {std::pair{"first", &mixes.first}, std::pair{"second", &mixes.second}}) {
            if (at >= rows->size()) continue;
            const std::size_t size = std::min(kBenchBatch, rows->size() - at);
            TRIBUTARY_TRY(const double seconds,
                          stream.learn(site, std::span(*rows).subspan(at, size), 0));
            static_cast<void>(seconds);
        }
    }
    return {};
}

Result<BenchRow> iid(const BenchData& data, const BenchOptions& options, double noise) {
    const Rows rows = front(data.train, noise > 0 ? options.noisy : options.accuracy);
    const TrainingBatch test = data.held_out();
    BenchStream stream(data, HyperParameters{}, options.seed);
    TRIBUTARY_TRY(const double seconds, stream.learn("site", rows, noise));
    static_cast<void>(seconds);
    TRIBUTARY_TRY(const double reference, batch_accuracy(data, rows, noise, test, options));
    const double ours = accuracy_of(stream.model(), test);
    if (noise == 0) return gap("gap_iid", ours, reference, 0.1);
    BenchRow row = gap("noise_gap", ours, reference, 0.4);
    row.met = *row.met && stream.model().coefficients.size() <= HyperParameters{}.budget;
    return row;
}

Result<BenchRow> skewed(const BenchData& data, const BenchOptions& options) {
    const Rows rows = front(data.train, options.accuracy);
    const TrainingBatch test = data.held_out();
    BenchStream stream(data, HyperParameters{}, options.seed);
    TRIBUTARY_CHECK(alternate(stream, split(data, rows)));
    TRIBUTARY_TRY(const double reference, batch_accuracy(data, rows, 0, test, options));
    return gap("gap_skewed", accuracy_of(stream.model(), test), reference, 0.1);
}

/// All of the first mix, then all of the second while the first site goes on in turn; measured on
/// the first mix, which is what a shift makes a model forget.
Result<BenchRow> shift(const BenchData& data, const BenchOptions& options) {
    const Rows rows = front(data.train, options.accuracy);
    Mixes mixes = split(data, rows);
    const Mixes judged = split(data, data.test);
    Random unused(0);
    const TrainingBatch test = data.batch(judged.first, 0, unused);
    BenchStream stream(data, HyperParameters{}, options.seed);
    const std::size_t early = mixes.first.size() * 3 / 4;
    TRIBUTARY_TRY(const double seconds,
                  stream.learn("first", std::span(mixes.first).first(early), 0));
    static_cast<void>(seconds);
    mixes.first.erase(mixes.first.begin(),
                      mixes.first.begin() + static_cast<std::ptrdiff_t>(early));
    TRIBUTARY_CHECK(alternate(stream, mixes));
    TRIBUTARY_TRY(const double reference, batch_accuracy(data, rows, 0, test, options));
    return gap("gap_shift", accuracy_of(stream.model(), test), reference, 0.5);
}

/// Accuracy on a mix that only another site knows: before, and after one contribution by it.
Result<BenchRow> new_mix(const BenchData& data, const BenchOptions& options) {
    const Mixes mixes = split(data, front(data.train, options.accuracy));
    const Mixes judged = split(data, data.test);
    Random unused(0);
    const TrainingBatch test = data.batch(judged.second, 0, unused);
    BenchStream stream(data, HyperParameters{}, options.seed);
    TRIBUTARY_TRY(const double before, stream.learn("first", mixes.first, 0));
    static_cast<void>(before);
    const double unaware = accuracy_of(stream.model(), test);
    TRIBUTARY_TRY(const double after, stream.learn("second", front(mixes.second, kBenchBatch), 0));
    static_cast<void>(after);
    const double aware = accuracy_of(stream.model(), test);
    return BenchRow{"new_mix_gain", aware, unaware, aware / unaware, 0.94, aware >= 0.94};
}

}  // namespace

Result<std::vector<BenchRow>> bench_accuracy(const datasets::LabelledRecords& records,
                                             const BenchOptions& options) {
    TRIBUTARY_TRY(const BenchData data, bench_data(records, options));
    std::vector<BenchRow> rows;
    TRIBUTARY_TRY(rows.emplace_back(), iid(data, options, 0));
    TRIBUTARY_TRY(rows.emplace_back(), skewed(data, options));
    TRIBUTARY_TRY(rows.emplace_back(), shift(data, options));
    TRIBUTARY_TRY(rows.emplace_back(), iid(data, options, kBenchNoise));
    TRIBUTARY_TRY(rows.emplace_back(), new_mix(data, options));
    return rows;
}

Result<std::vector<BenchRow>> bench_classifier(const datasets::LabelledRecords& records,
                                               const BenchOptions& options) {
    TRIBUTARY_TRY(std::vector<BenchRow> rows, bench_updates(records, options));
    for (const auto part : {bench_prediction, bench_accuracy, bench_gate}) {
        TRIBUTARY_TRY(const std::vector<BenchRow> more, part(records, options));
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

}  // namespace tributary::classifier
