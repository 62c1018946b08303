#include "classifier/svm/engine.hpp"

#include "classifier/svm/fourier_engine.hpp"
#include "classifier/svm/libsvm_engine.hpp"
#include "classifier/svm/one_class_engine.hpp"
#include "classifier/svm/smo_engine.hpp"

namespace tributary::classifier {

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
    prepared.batch = batch;
    prepared.own = TrainingSet(batch.empty() ? memory.features.width() : batch.features.width());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::uint8_t weight = batch.weights.empty() ? std::uint8_t{1} : batch.weights[i];
        prepared.own.add(batch.features.row(i), batch.signs[i], weight);
        (batch.signs[i] > 0 ? prepared.positives : prepared.negatives) += weight;
    }
    prepared.batch_rows = prepared.own.size();
    for (std::size_t i = 0; i < memory.size(); ++i) {
        const FeatureRow row = memory.features.row(i);
        if (prepared.own.find(row, memory.signs[i]) < prepared.batch_rows) continue;
        prepared.own.add(row, memory.signs[i],
                         memory.weights.empty() ? std::uint8_t{1} : memory.weights[i]);
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
