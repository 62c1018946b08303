#include "classifier/svm/engine.hpp"

#include <algorithm>
#include <unordered_map>

#include "classifier/svm/fourier_engine.hpp"
#include "classifier/svm/libsvm_engine.hpp"
#include "classifier/svm/one_class_engine.hpp"
#include "classifier/svm/smo_engine.hpp"

namespace tributary::classifier {

namespace {

std::uint8_t weight_of(const TrainingBatch& batch, std::size_t i) {
    return batch.weights.empty() ? std::uint8_t{1} : batch.weights[i];
}

std::string_view key_of(FeatureRow row) {
    return {reinterpret_cast<const char*>(row.data()), row.size()};
}

/// The batch without equal records of both labels; of the label that more of them have, the surplus
/// stays.
TrainingBatch without_contradictions(const TrainingBatch& batch) {
    struct Balance {
        std::int64_t sum = 0;  ///< weight of the positives less that of the negatives
        bool both = false;
        std::int8_t sign = 0;
    };
    std::unordered_map<std::string_view, Balance> balances;
    bool any = false;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Balance& balance = balances[key_of(batch.features.row(i))];
        balance.sum += batch.signs[i] * weight_of(batch, i);
        balance.both = balance.both || (balance.sign != 0 && balance.sign != batch.signs[i]);
        balance.sign = batch.signs[i];
        any = any || balance.both;
    }
    if (!any) return batch;
    TrainingBatch rest{FeatureMatrix(batch.features.width()), {}, {}};
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Balance& balance = balances[key_of(batch.features.row(i))];
        std::int64_t weight = weight_of(batch, i);
        if (balance.both) {
            weight = std::clamp<std::int64_t>(batch.signs[i] * balance.sum, 0, weight);
            balance.sum -= batch.signs[i] * weight;
        }
        if (weight == 0) continue;
        rest.append(batch.features.row(i), batch.signs[i]);
        rest.weights.push_back(static_cast<std::uint8_t>(weight));
    }
    return rest;
}

}  // namespace

Result<Model> Engine::learn(const Model& current, const TrainingBatch& batch,
                            const TrainingBatch& memory) const {
    TRIBUTARY_TRY(const PreparedBatch prepared, prepare(batch, memory));
    return update(current, prepared);
}

Result<PreparedBatch> prepare(const TrainingBatch& batch, const TrainingBatch& memory) {
    for (const TrainingBatch* part : {&batch, &memory}) {
        TRIBUTARY_CHECK(check_batch(*part));
        if (part->size() > kBatchLimit) {
            return fail(Errc::limit_exceeded, "batch of " + std::to_string(part->size()) +
                                                  " records; the limit is " +
                                                  std::to_string(kBatchLimit) + ". Split it");
        }
    }
    if (!batch.empty() && !memory.empty() && batch.features.width() != memory.features.width()) {
        return fail(Errc::mismatch, "the batch and the site's memory are of different schemas");
    }
    PreparedBatch prepared;
    prepared.batch = without_contradictions(batch);
    const TrainingBatch& kept = prepared.batch;
    prepared.own = TrainingSet(batch.empty() ? memory.features.width() : batch.features.width());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        (batch.signs[i] > 0 ? prepared.positives : prepared.negatives) += weight_of(batch, i);
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        prepared.own.add(kept.features.row(i), kept.signs[i], weight_of(kept, i));
    }
    prepared.batch_rows = prepared.own.size();
    for (std::size_t i = 0; i < memory.size(); ++i) {
        const FeatureRow row = memory.features.row(i);
        if (prepared.own.find(row, memory.signs[i]) < prepared.batch_rows) continue;
        prepared.own.add(row, memory.signs[i], weight_of(memory, i));
    }
    prepared.own.lay_out();
    return prepared;
}

Result<PreparedBatch> prepare_rehearsal(const TrainingBatch& memory) {
    const TrainingBatch nothing{FeatureMatrix(memory.features.width()), {}, {}};
    TRIBUTARY_TRY(PreparedBatch prepared, prepare(nothing, memory));
    prepared.is_rehearsal = true;
    return prepared;
}

Result<std::unique_ptr<Engine>> make_engine(std::string_view name) {
    if (name == "smo") return std::make_unique<SmoEngine>();
    if (name == "libsvm") return std::make_unique<LibsvmEngine>();
    return fail(Errc::not_found,
                "there is no engine '" + std::string(name) + "'. Known: smo, libsvm");
}

Result<std::unique_ptr<Engine>> make_engine(ModelKind kind, std::string_view name) {
    if (kind == ModelKind::rff_linear) return std::make_unique<FourierEngine>();
    if (kind == ModelKind::one_class) return std::make_unique<OneClassEngine>();
    return make_engine(name);
}

}  // namespace tributary::classifier
