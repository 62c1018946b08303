#include "app/service/offline_training.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "app/service/object_evaluation.hpp"
#include "app/service/object_history.hpp"
#include "app/service/record_files.hpp"
#include "base/file.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/svm/hyper_parameters.hpp"
#include "datasets/batch_codec.hpp"
#include "datasets/corpus/synthetic.hpp"

namespace tributary::app {
namespace {

using classifier::ModelKind;
using datasets::LabelledRecords;

TrainingOptions options_for(ModelKind kind) {
    TrainingOptions options;
    options.kind = kind;
    options.class_name = kind == ModelKind::one_class ? "normal" : kAttackClass;
    options.parameters = classifier::hyper_parameters_for("kdd41/1", kind);
    options.now = 1700000000;
    return options;
}

std::filesystem::path temporary(const char* name) {
    return std::filesystem::temp_directory_path() /
           (std::string("tributary-") + name + "-" + std::to_string(::getpid()));
}

TEST(OfflineTraining, EveryKindLearnsToTellAttacksFromNormal) {
    const LabelledRecords records = *datasets::synthetic_kdd(4000, 1);
    const LabelledRecords others = *datasets::synthetic_kdd(3000, 2);
    for (const ModelKind kind : {ModelKind::svm_rbf, ModelKind::rff_linear, ModelKind::one_class}) {
        const auto result = train_offline(std::nullopt, records, options_for(kind));

        ASSERT_TRUE(result) << result.error().message;
        const auto measured = evaluate_object(result->object, others, 0);
        ASSERT_TRUE(measured);
        EXPECT_GT(measured->card.auc, kind == ModelKind::one_class ? 0.85 : 0.97)
            << classifier::to_string(kind);
        EXPECT_EQ(measured->card.count, 3000U);
    }
}

TEST(OfflineTraining, HeldOutRecordsAreMeasuredOnAndNeverLearnt) {
    const LabelledRecords records = *datasets::synthetic_kdd(3000, 1);

    const auto result = train_offline(std::nullopt, records, options_for(ModelKind::svm_rbf));

    ASSERT_TRUE(result);
    EXPECT_EQ(result->records + result->held_out, 3000U);
    EXPECT_NEAR(static_cast<double>(result->held_out), 300, 60);
    EXPECT_EQ(result->object.card.count, result->held_out);
    EXPECT_EQ(result->object.model.seen_positive + result->object.model.seen_negative,
              result->records);
    EXPECT_EQ(result->object.calibration.fitted_at, 1700000000U);
    EXPECT_EQ(result->object.calibration.version, result->object.version);
    EXPECT_LT(result->object.calibration.a, 0);
}

TEST(OfflineTraining, AnExistingObjectGoesOn) {
    const LabelledRecords first = *datasets::synthetic_kdd(1500, 1);
    const LabelledRecords second = *datasets::synthetic_kdd(1500, 2);
    const TrainingOptions options = options_for(ModelKind::svm_rbf);
    const auto begun = train_offline(std::nullopt, first, options);

    const auto result = train_offline(begun->object, second, options);

    ASSERT_TRUE(result);
    EXPECT_EQ(result->object.version, begun->object.version + result->updates);
    EXPECT_EQ(result->object.find_contributor("local")->records, begun->records + result->records);
    EXPECT_EQ(*classifier::decode_object(*classifier::encode_object(result->object)),
              result->object);
}

TEST(OfflineTraining, ACardSpeaksOfTheVersionItWasMeasuredOn) {
    const LabelledRecords records = *datasets::synthetic_kdd(1500, 1);
    TrainingOptions options = options_for(ModelKind::svm_rbf);
    const auto begun = train_offline(std::nullopt, records, options);
    options.hold_out = false;

    const auto result = train_offline(begun->object, records, options);

    ASSERT_TRUE(begun && result);
    EXPECT_GT(begun->object.card.count, 0U);
    EXPECT_EQ(result->object.card.count, 0U);
    EXPECT_EQ(result->held_out, 0U);
}

TEST(OfflineTraining, BothEnginesAgree) {
    const LabelledRecords records = *datasets::synthetic_kdd(2000, 1);
    const LabelledRecords others = *datasets::synthetic_kdd(2000, 2);
    TrainingOptions libsvm = options_for(ModelKind::svm_rbf);
    libsvm.engine = "libsvm";

    const auto ours = train_offline(std::nullopt, records, options_for(ModelKind::svm_rbf));
    const auto reference = train_offline(std::nullopt, records, libsvm);

    ASSERT_TRUE(ours && reference);
    const double accuracy = evaluate_object(reference->object, others, 0)->card.accuracy;
    EXPECT_NEAR(evaluate_object(ours->object, others, 0)->card.accuracy, accuracy, 0.005);
}

TEST(OfflineTraining, WhatDoesNotFitIsRefused) {
    const LabelledRecords records = *datasets::synthetic_kdd(600, 1);
    const auto begun = train_offline(std::nullopt, records, options_for(ModelKind::svm_rbf));
    LabelledRecords unlabelled = records;
    for (std::string& label : unlabelled.labels) label.clear();
    TrainingOptions tiny = options_for(ModelKind::svm_rbf);
    tiny.batch_rows = 1;

    const auto other_kind =
        train_offline(begun->object, records, options_for(ModelKind::rff_linear));
    const auto nothing = train_offline(std::nullopt, unlabelled, options_for(ModelKind::svm_rbf));

    ASSERT_FALSE(other_kind);
    EXPECT_EQ(other_kind.error().code, Errc::mismatch);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, Errc::invalid_argument);
    EXPECT_FALSE(train_offline(std::nullopt, records, tiny));
}

TEST(RecordFiles, TellTheFormsApart) {
    const datasets::Schema& schema = **find_schema_by_short_name("kdd41");
    const LabelledRecords made = *load_records("synthetic:50:9", schema);
    const auto file = temporary("batch");
    ASSERT_TRUE(write_file_atomically(file, *datasets::encode_records(made)));

    const auto batch = load_records(file.string(), schema);
    ASSERT_TRUE(write_file_atomically(
        file,
        to_bytes("0,tcp,http,SF,181,5450,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,8,8,0,0,0,0,1,0,0,9,9,1,0,"
                 "0.11,0,0,0,0,0,normal,20\n")));
    const auto kdd = load_records(file.string(), schema);
    ASSERT_TRUE(write_file_atomically(
        file, to_bytes("start,end,src_ip,src_port,dest_ip,dest_port,proto,vlan,pkts_fwd,pkts_bwd,"
                       "bytes_fwd,bytes_bwd,flags_fwd,flags_bwd,label\n"
                       "1,2,10.0.0.1,1024,10.0.0.2,22,6,0,3,3,200,300,27,27,normal\n")));
    const auto flows = load_records(file.string(), **find_schema_by_short_name("flow"));
    std::filesystem::remove(file);

    ASSERT_TRUE(batch && kdd && flows);
    EXPECT_EQ(batch->features, made.features);
    EXPECT_EQ(kdd->labels, (std::vector<std::string>{"normal"}));
    EXPECT_EQ(flows->labels, (std::vector<std::string>{"normal"}));
}

TEST(RecordFiles, DamagedSourcesSayWhatIsWrong) {
    const datasets::Schema& kdd = **find_schema_by_short_name("kdd41");
    const datasets::Schema& flow = **find_schema_by_short_name("flow");

    EXPECT_EQ(load_records("no such file", kdd).error().code, Errc::not_found);
    EXPECT_EQ(load_records("synthetic:many", kdd).error().code, Errc::invalid_argument);
    EXPECT_EQ(load_records("synthetic:10", flow).error().code, Errc::mismatch);
    EXPECT_EQ(find_schema_by_short_name("kdd42").error().code, Errc::not_found);
}

TEST(RecordFiles, KddTextIsKnownByItsProtocolWhateverItsFirstFieldIs) {
    const std::string rest =
        ",tcp,http,SF,181,5450,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,8,8,0,0,0,0,1,0,0,9,9,1,0,"
        "0.11,0,0,0,0,0,normal,20\n";
    const auto file = temporary("first-field");
    const datasets::Schema& kdd = **find_schema_by_short_name("kdd41");
    const datasets::Schema& flow = **find_schema_by_short_name("flow");
    for (const char* first : {"nan", "inf", "-1", "x"}) {
        ASSERT_TRUE(write_file_atomically(file, to_bytes(first + rest)));

        const auto refused = load_records(file.string(), kdd);

        ASSERT_FALSE(refused) << first;
        EXPECT_NE(refused.error().message.find("duration"), std::string::npos)
            << refused.error().message;
    }
    ASSERT_TRUE(write_file_atomically(file, to_bytes("0" + rest)));
    const auto other = load_records(file.string(), flow);
    std::filesystem::remove(file);

    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::mismatch);
    EXPECT_NE(other.error().message.find("kdd41"), std::string::npos);
}

TEST(RecordFiles, AClassMayBeALabelACategoryOrEveryAttack) {
    EXPECT_EQ(sign_of_label("neptune", "attack"), 1);
    EXPECT_EQ(sign_of_label("neptune", "dos"), 1);
    EXPECT_EQ(sign_of_label("neptune", "neptune"), 1);
    EXPECT_EQ(sign_of_label("neptune", "probe"), -1);
    EXPECT_EQ(sign_of_label("normal", "attack"), -1);
    EXPECT_EQ(sign_of_label("normal", "normal"), 1);
    EXPECT_EQ(sign_of_label("", "attack"), 0);
}

TEST(ObjectHistory, KeepsTheNewestVersions) {
    const auto folder = temporary("history");
    const ObjectHistory history(folder);
    classifier::ClassifierObject object = classifier::new_object(
        "tiny/1:scan", "scan", "tiny/1", Digest{}, classifier::Model::empty(4, {}));
    for (object.version = 1; object.version <= 20; ++object.version) {
        ASSERT_TRUE(history.keep(*classifier::encode_object(object)));
    }

    const auto versions = history.versions("tiny/1:scan");
    const auto newest = history.load("tiny/1:scan", 20);
    const auto gone = history.load("tiny/1:scan", 2);
    std::filesystem::remove_all(folder);

    EXPECT_EQ(versions.size(), ObjectHistory::kVersionsKept);
    EXPECT_EQ(versions.front(), 5U);
    ASSERT_TRUE(newest);
    EXPECT_EQ(classifier::decode_object(*newest)->version, 20U);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::not_found);
    EXPECT_NE(gone.error().message.find(" 5 6 "), std::string::npos);
}

}  // namespace
}  // namespace tributary::app
