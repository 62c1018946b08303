#include "app/service/offline_training.hpp"

#include <ctime>
#include <set>

#include "app/service/object_evaluation.hpp"
#include "app/service/record_files.hpp"
#include "base/random.hpp"
#include "classifier/evaluate/calibration.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/local_memory.hpp"
#include "datasets/batch.hpp"
#include "datasets/corpus/text.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;
using classifier::Model;
using classifier::ModelKind;
using classifier::TrainingBatch;
using datasets::LabelledRecords;

/// Labels that a message lists.
constexpr std::size_t kLabelsNamed = 12;

double cpu_now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The rows that say something about the class. A one-class object learns its own class only.
TrainingBatch rows_of_class(const LabelledRecords& batch, const TrainingOptions& options) {
    TrainingBatch rows{classifier::FeatureMatrix(batch.features.width()), {}, {}};
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        const int sign = sign_of_label(batch.labels[i], options.class_name);
        if (sign == 0 || (sign < 0 && options.kind == ModelKind::one_class)) continue;
        rows.append(batch.features.row(i), static_cast<std::int8_t>(sign));
    }
    return rows;
}

Digest digest_of(const TrainingBatch& batch) {
    ByteWriter writer;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        writer.put(batch.features.row(i));
        writer.u8(batch.signs[i] > 0 ? 1 : 0);
    }
    return blake2b(writer.bytes());
}

/// One site that teaches one object.
class Site {
 public:
    Site(ClassifierObject object, std::unique_ptr<classifier::Engine> engine,
         const TrainingOptions& options)
        : options_(options),
          engine_(std::move(engine)),
          memory_(options.memory.value_or(
              classifier::LocalMemory(object.model.width(), Random(1).split(object.id).next()))) {
        result_.object = std::move(object);
    }

    Status learn(const LabelledRecords& batch) {
        const TrainingBatch rows = rows_of_class(batch, options_);
        if (rows.empty()) return {};
        TRIBUTARY_TRY(const auto prepared, classifier::prepare(rows, memory_.rows()));
        ClassifierObject& object = result_.object;
        const double begin = cpu_now();
        TRIBUTARY_TRY(Model model, engine_->update(object.model, prepared));
        result_.cpu_seconds += cpu_now() - begin;
        TRIBUTARY_CHECK(memory_.remember(prepared.batch, model));
        TRIBUTARY_CHECK(book(rows, std::move(model)));
        ++result_.updates;
        result_.records += rows.size();
        return {};
    }

    /// Measures the card and fits probabilities on records that trained nothing.
    Status measure(const LabelledRecords& held_out) {
        ClassifierObject& object = result_.object;
        TRIBUTARY_TRY(const ScoredRecords scored, score_records(object, held_out));
        result_.held_out = scored.scores.size();
        if (scored.scores.empty()) return {};
        TRIBUTARY_TRY(const ObjectEvaluation evaluation, evaluate_object(object, held_out, 0));
        object.card = evaluation.card;
        if (object.model.kind == ModelKind::one_class) return {};
        const auto fit = classifier::fit_platt(scored.scores, scored.truth);
        if (!fit) return {};  // too few of a class: margins only
        object.calibration = *fit;
        object.calibration.version = object.version;
        object.calibration.fitted_at = options_.now;
        return {};
    }

    [[nodiscard]] TrainingResult take() {
        result_.memory = std::move(memory_);
        return std::move(result_);
    }

 private:
    Status book(const TrainingBatch& rows, Model model) {
        ClassifierObject& object = result_.object;
        Digest parent{};
        if (object.version > 0) {
            TRIBUTARY_TRY(const Bytes bytes, classifier::encode_object(object));
            TRIBUTARY_TRY(parent, classifier::content_digest(bytes));
        }
        const classifier::Contributor* const known = object.find_contributor(options_.contributor);
        classifier::LineageEntry entry;
        entry.contributor = options_.contributor;
        entry.contribution = known == nullptr ? 1 : known->last_contribution + 1;
        entry.batch = digest_of(rows);
        entry.records = rows.size();
        TRIBUTARY_TRY(object,
                      classifier::next_version(object, parent, std::move(model), std::move(entry)));
        object.card = {};  // it spoke of the version before
        return {};
    }

    const TrainingOptions& options_;
    std::unique_ptr<classifier::Engine> engine_;
    classifier::LocalMemory memory_;
    TrainingResult result_;
};

/// A new object of a class that no record is of would wait for ever if the name is a mistake.
/// `attack` is everything but normal: a site may have none yet.
Status check_class(const LabelledRecords& records, const datasets::ClassName& class_name) {
    if (class_name == kAttackClass || class_name == datasets::kNormalClass) return {};
    std::set<datasets::ClassName> labels;
    for (const datasets::ClassName& label : records.labels) {
        if (sign_of_label(label, class_name) > 0) return {};
        if (!label.empty() && labels.size() < kLabelsNamed) labels.insert(label);
    }
    std::string named;
    for (const datasets::ClassName& label : labels) named += (named.empty() ? "" : ", ") + label;
    return fail(Errc::invalid_argument,
                "no record is of the class " + datasets::in_quotes(class_name) + "; there are " +
                    (named.empty() ? "no labels" : named) + ". Name one of them with --class");
}

Result<ClassifierObject> starting_object(const std::optional<ClassifierObject>& start,
                                         const datasets::Schema& schema,
                                         const TrainingOptions& options) {
    if (!start) {
        return classifier::new_object(
            schema.name() + ":" + options.class_name, options.class_name, schema.name(),
            schema.hash(), Model::empty(schema.width(), options.parameters, options.kind));
    }
    if (start->schema_hash != schema.hash() || start->class_name != options.class_name ||
        start->model.kind != options.kind) {
        return fail(Errc::mismatch,
                    "the object is " + start->id + " (" + classifier::to_string(start->model.kind) +
                        "); it cannot learn " + schema.name() + ":" + options.class_name + " as " +
                        classifier::to_string(options.kind) + ". Start afresh: --new");
    }
    return *start;
}

datasets::BatchOptions batch_options(const TrainingOptions& options) {
    datasets::BatchOptions batches;
    batches.batch_rows = options.batch_rows;
    batches.pending_rows = std::max(batches.pending_rows, options.batch_rows);
    return batches;
}

/// The rows in order, without holding any out.
Status learn_everything(Site& site, const LabelledRecords& records, std::size_t batch_rows) {
    for (std::size_t first = 0; first < records.labels.size(); first += batch_rows) {
        LabelledRecords batch;
        batch.features = datasets::FeatureMatrix(records.features.width());
        const std::size_t last = std::min(first + batch_rows, records.labels.size());
        for (std::size_t i = first; i < last; ++i) {
            batch.features.append(records.features.row(i));
            batch.labels.push_back(records.labels[i]);
        }
        TRIBUTARY_CHECK(site.learn(batch));
    }
    return {};
}

Status learn_batches(Site& site, const LabelledRecords& records, const TrainingOptions& options) {
    datasets::Batcher batcher(*records.schema, records.coverage, batch_options(options));
    TRIBUTARY_CHECK(batcher.add(records));
    while (true) {
        auto batch = batcher.next();
        if (!batch) batch = batcher.flush();
        if (!batch) break;
        TRIBUTARY_CHECK(site.learn(*batch));
    }
    return site.measure(batcher.held_out());
}

}  // namespace

Result<TrainingResult> train_offline(const std::optional<ClassifierObject>& start,
                                     const LabelledRecords& records,
                                     const TrainingOptions& options) {
    if (options.batch_rows < 2 || options.batch_rows > classifier::kBatchLimit) {
        return fail(Errc::invalid_argument,
                    "a batch has 2 to " + std::to_string(classifier::kBatchLimit) +
                        " records, not " + std::to_string(options.batch_rows));
    }
    if (!start) TRIBUTARY_CHECK(check_class(records, options.class_name));
    TRIBUTARY_TRY(ClassifierObject object, starting_object(start, *records.schema, options));
    TRIBUTARY_TRY(auto engine, classifier::make_engine(options.kind, options.engine));
    Site site(std::move(object), std::move(engine), options);
    if (options.hold_out) {
        TRIBUTARY_CHECK(learn_batches(site, records, options));
    } else {
        TRIBUTARY_CHECK(learn_everything(site, records, options.batch_rows));
    }
    TrainingResult result = site.take();
    if (result.updates == 0) {
        return fail(Errc::invalid_argument, "none of the " + std::to_string(records.labels.size()) +
                                                " records says anything about the class " +
                                                options.class_name +
                                                ", so nothing was learnt. Check their labels");
    }
    return result;
}

}  // namespace tributary::app
