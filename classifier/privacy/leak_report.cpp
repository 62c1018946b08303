#include "classifier/privacy/leak_report.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tributary::classifier {

namespace {

std::string cells_of(FeatureRow row) {
    return {reinterpret_cast<const char*>(row.data()), row.size()};
}

/// Unique records of the site first, then its other records, then what came from elsewhere.
int rank(const ShownVector& vector) {
    if (!vector.own_record) return 2;
    return vector.matching_records == 1 ? 0 : 1;
}

std::vector<ShownFeature> spell_out(FeatureRow row, const datasets::Schema& schema) {
    std::vector<ShownFeature> shown;
    for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] == 0) continue;
        const datasets::Feature& feature = schema.features()[j];
        shown.push_back({feature.name, feature.unit, feature.reveals, row[j] / 255.0});
    }
    return shown;
}

}  // namespace

const char* to_string(ShownAs as) {
    switch (as) {
        case ShownAs::support_vector: return "support-vector";
        case ShownAs::pending: return "pending";
        case ShownAs::quarantined: return "quarantined";
    }
    return "unknown";
}

Result<LeakReport> leak_report(const ClassifierObject& object, const datasets::Schema& schema,
                               const FeatureMatrix& own, std::size_t show_limit) {
    if (object.schema_hash != schema.hash() || object.model.width() != schema.width()) {
        return fail(Errc::mismatch, "object " + object.id + " is of schema " + object.schema +
                                        ", the records are of " + schema.name());
    }
    if (!own.empty() && own.width() != schema.width()) {
        return fail(Errc::mismatch, "the site's records do not have the width of " + schema.name());
    }
    std::unordered_map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < own.rows(); ++i) ++counts[cells_of(own.row(i))];

    LeakReport report;
    std::vector<std::pair<ShownVector, FeatureRow>> all;
    const auto take = [&](FeatureRow row, std::int8_t sign, ShownAs as) {
        const auto found = counts.find(cells_of(row));
        const std::size_t matching = found == counts.end() ? 0 : found->second;
        ++report.vectors;
        report.records += matching > 0 ? 1 : 0;
        report.unique += matching == 1 ? 1 : 0;
        report.pending += as == ShownAs::pending ? 1 : 0;
        report.quarantined += as == ShownAs::quarantined ? 1 : 0;
        all.emplace_back(ShownVector{as, sign, matching > 0, matching, {}}, row);
    };
    const Model& model = object.model;
    report.weights = model.linear.size();
    for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
        take(model.vectors.row(i), model.coefficients[i] > 0 ? 1 : -1, ShownAs::support_vector);
    }
    for (std::size_t i = 0; i < model.pending.features.rows(); ++i) {
        take(model.pending.features.row(i), model.pending.sign, ShownAs::pending);
    }
    for (const Parked& parked : object.parked) {
        for (std::size_t i = 0; i < parked.rows.rows(); ++i) {
            take(parked.rows.row(i), parked.signs[i], ShownAs::quarantined);
        }
    }
    std::ranges::stable_sort(all, {}, [](const auto& entry) { return rank(entry.first); });
    if (all.size() > show_limit) all.resize(show_limit);
    for (auto& [vector, row] : all) {
        vector.features = spell_out(row, schema);
        report.shown.push_back(std::move(vector));
    }
    return report;
}

}  // namespace tributary::classifier
