#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/cli/number_range.hpp"
#include "app/service/object_files.hpp"
#include "app/service/offline_training.hpp"
#include "app/service/record_files.hpp"
#include "base/file.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/hyper_parameters.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct TrainOptions {
    std::string schema = "flowctx/1";
    std::vector<std::string> records;
    std::string object;
    std::string memory;
    std::string kind = "svm-rbf";
    std::string class_name;
    TrainingOptions training;
    bool afresh = false;
    bool everything = false;
    bool json = false;
    std::optional<double> cost, gamma, nu;
    std::optional<std::uint32_t> budget, fourier;
};

classifier::ModelKind kind_of(const std::string& name) {
    for (const auto kind : {classifier::ModelKind::rff_linear, classifier::ModelKind::one_class}) {
        if (name == classifier::to_string(kind)) return kind;
    }
    return classifier::ModelKind::svm_rbf;
}

TrainingOptions complete(const TrainOptions& options, const datasets::Schema& schema) {
    TrainingOptions training = options.training;
    training.kind = kind_of(options.kind);
    training.hold_out = !options.everything;
    const bool one_class = training.kind == classifier::ModelKind::one_class;
    training.class_name = options.class_name;
    if (training.class_name.empty()) {
        training.class_name = one_class ? datasets::kNormalClass : kAttackClass;
    }
    classifier::HyperParameters& parameters = training.parameters;
    parameters = classifier::hyper_parameters_for(schema.name(), training.kind);
    if (training.kind == classifier::ModelKind::rff_linear) {
        parameters.fourier = options.fourier.value_or(parameters.fourier);
    }
    parameters.cost = options.cost.value_or(parameters.cost);
    parameters.gamma = options.gamma.value_or(parameters.gamma);
    parameters.nu = options.nu.value_or(parameters.nu);
    parameters.budget = options.budget.value_or(parameters.budget);
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    training.now = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(since_1970).count());
    return training;
}

Result<datasets::LabelledRecords> load_all(const std::vector<std::string>& sources,
                                           const datasets::Schema& schema) {
    datasets::LabelledRecords all;
    all.schema = &schema;
    all.features = datasets::FeatureMatrix(schema.width());
    for (const std::string& source : sources) {
        TRIBUTARY_TRY(const datasets::LabelledRecords part, load_records(source, schema));
        for (std::size_t i = 0; i < part.labels.size(); ++i) {
            all.features.append(part.features.row(i));
            all.labels.push_back(part.labels[i]);
        }
        all.coverage.insert(part.coverage.begin(), part.coverage.end());
    }
    return all;
}

Result<std::optional<classifier::ClassifierObject>> existing(const TrainOptions& options) {
    if (options.afresh) return std::nullopt;
    auto read = load_object(options.object);
    if (!read && read.error().code == Errc::not_found) return std::nullopt;
    if (!read) return fail(read.error().with_context("cannot go on; --new starts afresh"));
    std::cerr << "tributary: " << options.object << " goes on from version " << read->object.version
              << "; --new starts afresh\n";
    return std::move(read->object);
}

void print_result(const TrainingResult& result, std::size_t bytes, bool json) {
    const classifier::Model& model = result.object.model;
    const std::size_t vectors = model.vectors.rows() + model.pending.features.rows();
    const bool is_measured = result.object.card.count > 0;
    if (model.seen_positive == 0) {
        std::cerr << "tributary: no record is of the class " << result.object.class_name
                  << ": the classifier waits for one. Check --class\n";
    }
    if (json) {
        std::cout << Json{{"schema", 1},
                          {"object", result.object.id},
                          {"version", result.object.version},
                          {"kind", classifier::to_string(model.kind)},
                          {"updates", result.updates},
                          {"records", result.records},
                          {"held_out", result.held_out},
                          {"vectors", vectors},
                          {"object_bytes", bytes},
                          {"accuracy", is_measured ? Json(result.object.card.accuracy) : Json()},
                          {"cpu_seconds", result.cpu_seconds}}
                         .dump()
                  << "\n";
        return;
    }
    std::cout << result.object.id << " version " << result.object.version << ": " << result.records
              << " records in " << result.updates << " updates, " << vectors << " vectors, "
              << bytes << " bytes";
    if (is_measured) {
        std::cout << "; accuracy " << result.object.card.accuracy << " on " << result.held_out
                  << " held-out records";
    }
    std::cout << "\n";
}

/// A parameter that was given and that the kind does not know; null: none.
const char* foreign_parameter(const TrainOptions& options) {
    const bool linear = options.kind == "rff-linear";
    const bool one_class = options.kind == "one-class";
    if (options.nu && !one_class) return "--nu";
    if (options.cost && one_class) return "--cost";
    if (options.fourier && !linear) return "--fourier";
    if (options.budget && linear) return "--budget";
    return nullptr;
}

/// What the object fixed when it was begun, and what its kind does not know, cannot be asked for.
Status check_parameters(const TrainOptions& options, bool goes_on) {
    const bool given =
        options.cost || options.gamma || options.nu || options.budget || options.fourier;
    if (goes_on && given) {
        return fail(Errc::invalid_argument,
                    options.object +
                        " exists, and its parameters were fixed when it was begun. Leave --cost, "
                        "--gamma, --nu, --budget and --fourier out, or start afresh: --new");
    }
    const char* const foreign = foreign_parameter(options);
    if (foreign != nullptr) {
        return fail(Errc::invalid_argument, std::string(foreign) + " means nothing to --kind " +
                                                options.kind + ". Leave it out");
    }
    if (options.kind != "svm-rbf" && options.training.engine != classifier::kDefaultEngine) {
        return fail(Errc::invalid_argument, "--engine is for --kind svm-rbf; " + options.kind +
                                                " has one engine. Leave --engine out");
    }
    return {};
}

Result<std::optional<classifier::LocalMemory>> kept_memory(const TrainOptions& options) {
    if (options.memory.empty() || options.afresh) return std::nullopt;
    const auto bytes = read_file(options.memory, classifier::kObjectLimit);
    if (!bytes && bytes.error().code == Errc::not_found) return std::nullopt;
    if (!bytes) return fail(bytes.error());
    auto memory = classifier::LocalMemory::load(*bytes);
    if (!memory) return fail(memory.error().with_context(options.memory));
    return std::move(*memory);
}

/// What is written must not be what is read.
Status check_files(const TrainOptions& options) {
    for (const std::string& source : options.records) {
        for (const std::string& target : {options.object, options.memory}) {
            if (is_same_file(source, target)) {
                return fail(Errc::invalid_argument,
                            target +
                                " holds the records and would be overwritten. Name another "
                                "file for the classifier or its memory");
            }
        }
    }
    if (!is_same_file(options.object, options.memory) && options.object != options.memory)
        return {};
    return fail(Errc::invalid_argument,
                options.object + " cannot be both the classifier and its memory. Name two files");
}

Result<int> run_train(const TrainOptions& options) {
    TRIBUTARY_CHECK(check_files(options));
    TRIBUTARY_TRY(const datasets::Schema* schema, find_schema_by_short_name(options.schema));
    TRIBUTARY_TRY(const datasets::LabelledRecords records, load_all(options.records, *schema));
    TRIBUTARY_TRY(const auto start, existing(options));
    TRIBUTARY_CHECK(check_parameters(options, start.has_value()));
    TrainingOptions training = complete(options, *schema);
    TRIBUTARY_TRY(training.memory, kept_memory(options));
    TRIBUTARY_TRY(const TrainingResult result, train_offline(start, records, training));
    TRIBUTARY_TRY(const Bytes bytes, classifier::encode_object(result.object));
    // The memory first: an error leaves the object as it was, and counts nothing twice.
    if (!options.memory.empty()) {
        TRIBUTARY_CHECK(write_file_atomically(options.memory, result.memory.save(), 0600));
    }
    TRIBUTARY_CHECK(write_file_atomically(options.object, bytes));
    print_result(result, bytes.size(), options.json);
    return kExitDone;
}

void add_parameters(CLI::App& command, TrainOptions& options) {
    command.add_option("--cost", options.cost, "C before class weights; default: of the schema")
        ->check(number_range(1e-9, 1e9));
    command.add_option("--gamma", options.gamma, "Of the RBF kernel; default: of the schema")
        ->check(number_range(1e-9, 1e9));
    command
        .add_option("--budget", options.budget, "Most vectors of the object; each class keeps one")
        ->check(CLI::Range(2U, classifier::kVectorLimit));
    command.add_option("--nu", options.nu, "one-class: share of normal records left outside")
        ->check(number_range(1e-6, 1.0));
    command.add_option("--fourier", options.fourier, "rff-linear: number of random features")
        ->check(CLI::Range(1U, classifier::kFourierLimit));
}

}  // namespace

void add_train(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command =
        root.add_subcommand("train", "Teach a classifier in a file, without a coordinator");
    command->add_option("--schema", options->schema, "Features: kdd41, flow/1 or flowctx/1")
        ->capture_default_str();
    command
        ->add_option("--records", options->records,
                     "KDD text, CSV, or a record batch; or synthetic:ROWS[:SEED]")
        ->required();
    command->add_option("--object", options->object, "The classifier's file; goes on if it exists")
        ->required();
    command->add_option("--memory", options->memory,
                        "File of what the site remembers for the next run; it stays here");
    command->add_option("--kind", options->kind, "svm-rbf, rff-linear or one-class")
        ->check(CLI::IsMember({"svm-rbf", "rff-linear", "one-class"}))
        ->capture_default_str();
    command->add_option("--class", options->class_name,
                        "What it tells from the rest: a label, attack (everything but normal), or "
                        "a category of kdd41");
    command->add_option("--batch", options->training.batch_rows, "Records per update")
        ->check(CLI::Range(std::size_t{2}, classifier::kBatchLimit))
        ->capture_default_str();
    command->add_option("--engine", options->training.engine, "smo or libsvm")
        ->check(CLI::IsMember({"smo", "libsvm"}))
        ->capture_default_str();
    add_parameters(*command, *options);
    command->add_flag("--new", options->afresh, "Start afresh when the file exists");
    command->add_flag("--everything", options->everything,
                      "Learn every record instead of measuring on every tenth");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_train(*options); }; });
}

}  // namespace tributary::app
