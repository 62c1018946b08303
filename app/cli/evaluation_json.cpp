#include "app/cli/evaluation_json.hpp"

#include <nlohmann/json.hpp>

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

Json class_json(const ClassEvaluation& of_class) {
    return {{"class", of_class.class_name},
            {"n", of_class.count},
            {"recall", of_class.recall},
            {"fpr", of_class.fpr},
            {"f1", of_class.f1},
            {"mcc", of_class.mcc},
            {"auc", of_class.auc},
            {"verdicts", of_class.verdicts}};
}

}  // namespace

std::string evaluation_json(const Evaluation& evaluation) {
    Json by_type = Json::object();
    Json rows = Json::array();
    for (const ClassEvaluation& of_class : evaluation.classes) {
        by_type[of_class.class_name] = of_class.recall;
        rows.push_back(class_json(of_class));
    }
    const classifier::Card& card = evaluation.attack;
    return Json{
        {"schema", 1},
        {"n", evaluation.count},
        {"normals", evaluation.normals},
        {"accuracy", card.accuracy},
        {"f1", card.f1},
        {"mcc", card.mcc},
        {"fpr", card.fpr},
        {"tpr_at_1pct_fpr", card.tpr_at_1pct_fpr},
        {"auc", card.auc},
        {"recall", evaluation.macro_recall},
        {"recall_by_type", by_type},
        {"union_fpr", evaluation.union_fpr},
        {"false_alerts", evaluation.false_alerts},
        {"false_alerts_per_hour", evaluation.false_alerts_per_hour()},
        {"hours", evaluation.hours},
        {"rows", rows},
    }
        .dump();
}

}  // namespace tributary::app
