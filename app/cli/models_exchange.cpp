#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/models.hpp"
#include "app/service/object_files.hpp"
#include "app/service/record_files.hpp"
#include "base/file.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/object/libsvm_text.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

struct ExportOptions {
    ObjectChoice choice;
    std::string libsvm;
    std::string records;
    std::string records_to;
    bool json = false;
};

Result<std::size_t> export_records(const ExportOptions& options,
                                   const classifier::ClassifierObject& object) {
    TRIBUTARY_TRY(const datasets::Schema* schema, datasets::find_schema(object.schema));
    TRIBUTARY_TRY(const auto records, load_records(options.records, *schema));
    classifier::TrainingBatch rows{classifier::FeatureMatrix(schema->width()), {}, {}};
    for (std::size_t i = 0; i < records.labels.size(); ++i) {
        const int sign = sign_of_label(records.labels[i], object.class_name);
        if (sign != 0) rows.append(records.features.row(i), static_cast<std::int8_t>(sign));
    }
    TRIBUTARY_CHECK(write_file_atomically(options.records_to,
                                          to_bytes(classifier::libsvm_records(rows)), 0600));
    return rows.size();
}

Result<int> run_export(const ExportOptions& options) {
    if (options.records.empty() != options.records_to.empty()) {
        return fail(Errc::invalid_argument, "--records and --records-to are given together");
    }
    for (const std::string& target : {options.libsvm, options.records_to}) {
        if (is_same_file(options.choice.file, target) || is_same_file(options.records, target)) {
            return fail(Errc::invalid_argument,
                        target + " is read and would be overwritten. Name another file to write");
        }
    }
    TRIBUTARY_TRY(const Bytes bytes, fetch_object(options.choice));
    TRIBUTARY_TRY(const auto object, classifier::decode_object(bytes));
    TRIBUTARY_TRY(const std::string text, classifier::libsvm_text(object.model));
    TRIBUTARY_CHECK(write_file_atomically(options.libsvm, to_bytes(text)));
    std::size_t rows = 0;
    if (!options.records.empty()) {
        TRIBUTARY_TRY(rows, export_records(options, object));
    }
    const Json json{{"schema", 1},
                    {"object", object.id},
                    {"vectors", object.model.vectors.rows()},
                    {"bytes", text.size()},
                    {"records", rows}};
    if (options.json) {
        std::cout << json.dump() << "\n";
    } else {
        std::cout << object.id << ": " << object.model.vectors.rows() << " vectors, " << text.size()
                  << " bytes of LIBSVM text\n";
    }
    return kExitDone;
}

struct ImportOptions {
    std::string libsvm;
    std::string schema = "kdd41";
    std::string class_name;  ///< empty: what an object of this kind usually knows
    std::string object;
    int label = 1;
    bool anew = false;
    bool json = false;
};

Result<int> run_import(const ImportOptions& options) {
    if (!options.anew && std::filesystem::exists(options.object)) {
        return fail(Errc::conflict, options.object + " exists. Replace it: --new");
    }
    TRIBUTARY_TRY(const datasets::Schema* schema, find_schema_by_short_name(options.schema));
    const auto text = read_file(options.libsvm, classifier::kLibsvmTextLimit);
    if (!text) {
        return fail(text.error().code,
                    text.error().message + ". Give a file that svm-train or models export wrote");
    }
    auto model = classifier::parse_libsvm_text(as_text(*text), schema->width(), options.label);
    if (!model) return fail(model.error().with_context(options.libsvm));
    const bool one_class = model->kind == classifier::ModelKind::one_class;
    const std::string usual = one_class ? datasets::kNormalClass : kAttackClass;
    const std::string& name = options.class_name.empty() ? usual : options.class_name;
    const auto object = classifier::new_object(schema->name() + ":" + name, name, schema->name(),
                                               schema->hash(), std::move(*model));
    TRIBUTARY_TRY(const Bytes bytes, classifier::encode_object(object));
    TRIBUTARY_CHECK(write_file_atomically(options.object, bytes));
    if (options.json) {
        std::cout << Json{{"schema", 1},
                          {"object", object.id},
                          {"vectors", object.model.vectors.rows()},
                          {"object_bytes", bytes.size()}}
                         .dump()
                  << "\n";
    } else {
        std::cout << object.id << ": " << object.model.vectors.rows() << " vectors, "
                  << bytes.size() << " bytes\n";
    }
    return kExitDone;
}

}  // namespace

void add_models_exchange(CLI::App& models, Invocation& invocation) {
    auto out = std::make_shared<ExportOptions>();
    CLI::App* to = models.add_subcommand("export", "Write a classifier as LIBSVM's model file");
    add_object_options(*to, out->choice);
    to->add_option("--libsvm", out->libsvm, "The file to write")->required();
    to->add_option("--records", out->records, "Records to write as LIBSVM's input, too");
    to->add_option("--records-to", out->records_to, "The file for them");
    to->add_flag("--json", out->json, "Print one JSON object");
    to->callback([&invocation, out] { invocation.run = [out] { return run_export(*out); }; });

    auto in = std::make_shared<ImportOptions>();
    CLI::App* from = models.add_subcommand("import", "Read LIBSVM's model file as a classifier");
    from->add_option("--libsvm", in->libsvm, "The file to read")->required();
    from->add_option("--schema", in->schema, "Features of its records")->capture_default_str();
    from->add_option("--class", in->class_name,
                     "What the label means; default: attack, of a one-class model normal");
    from->add_option("--label", in->label, "Which of the model's two labels is the class")
        ->capture_default_str();
    from->add_option("--object", in->object, "The classifier's file to write")->required();
    from->add_flag("--new", in->anew, "Replace a file that exists");
    from->add_flag("--json", in->json, "Print one JSON object");
    from->callback([&invocation, in] { invocation.run = [in] { return run_import(*in); }; });
}

}  // namespace tributary::app
