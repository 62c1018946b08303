#include "app/service/trust_requests.hpp"

#include <nlohmann/json.hpp>

#include "app/service/node_requests.hpp"
#include "app/service/object_reader.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "classifier/trust/quarantine.hpp"
#include "classifier/trust/rollback.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using classifier::ClassifierObject;
using netlayer::Object;
using netlayer::ObjectId;

/// What somebody decided, with everything that the program needs when the object arrives.
struct DecisionAct {
    std::string command;
    std::string object;
    classifier::ParkedChoice choice;
    std::optional<ClassifierObject> old;  ///< rollback: the version to go back to
    Bytes file;                           ///< rollback: its bytes, when somebody brought them
    std::optional<SigningPublic> keeper;  ///< whose word counts for the file; if it is known
    SigningKey key;
};

Result<ClassifierObject> old_version(const Decider& decider, const ControlFrame& request,
                                     const Json& json, const std::string& id) {
    if (!request.body.empty()) return classifier::decode_object(request.body);
    if (decider.history == nullptr || !json.contains("version")) {
        return fail(Errc::invalid_argument,
                    "rollback needs the old version: --to VERSION where this site kept it, or "
                    "--from FILE");
    }
    TRIBUTARY_TRY(const Bytes bytes,
                  decider.history->load(id, json.at("version").get<std::uint64_t>()));
    return classifier::decode_object(bytes);
}

Result<DecisionAct> parse(const Decider& decider, const ControlFrame& request, const Json& json) {
    DecisionAct act;
    act.command = json.at("command").get<std::string>();
    act.object = json.at("object").get<std::string>();
    act.key = decider.key;
    const std::string person = json.value("person", std::string());
    act.choice.is_person = !person.empty();
    act.choice.decided_by = decider.pseudonym + (person.empty() ? "" : "/" + person);
    if (act.command == "rollback") {
        TRIBUTARY_TRY(act.old, old_version(decider, request, json, act.object));
        act.file = request.body;
        if (const auto keeper = decider.node->coordinator_key()) act.keeper = *keeper;
        return act;
    }
    act.choice.contributor = json.at("contributor").get<std::string>();
    act.choice.contribution = json.at("contribution").get<std::uint64_t>();
    return act;
}

Result<ClassifierObject> apply(const DecisionAct& act, const ClassifierObject& object,
                               const Digest& parent) {
    if (act.command == "rollback") {
        if (!act.file.empty())
            TRIBUTARY_CHECK(classifier::prove_earlier(object, act.file, act.keeper));
        return classifier::roll_back(object, parent, *act.old, act.choice.decided_by);
    }
    if (act.command == "discard") return classifier::discard(object, parent, act.choice);
    TRIBUTARY_TRY(const auto engine,
                  classifier::make_engine(object.model.kind, classifier::kDefaultEngine));
    return classifier::confirm(object, parent, act.choice, *engine);
}

Error nobody_taught(const std::string& id) {
    return {Errc::not_found,
            "nobody has taught " + id + " yet. See what there is: tributary models --state DIR"};
}

/// The object as it arrived -> its next version.
Result<Bytes> decide(const DecisionAct& act, ByteView bytes) {
    if (bytes.empty()) {
        return fail(nobody_taught(act.object));
    }
    auto object = classifier::decode_object(bytes);
    if (!object) return fail(object.error().with_context("object " + act.object));
    TRIBUTARY_TRY(const Digest parent, classifier::content_digest(bytes));
    TRIBUTARY_TRY(ClassifierObject next, apply(act, *object, parent));
    return classifier::encode_signed(std::move(next), act.key);
}

Result<ControlFrame> run(const Decider& decider, const DecisionAct& act) {
    TRIBUTARY_TRY(const Catalogue known, ObjectReader(*decider.node).catalogue(Freshness::latest));
    if (!known.contains(act.object)) return fail(nobody_taught(act.object));
    netlayer::UpdateRequest request;
    request.objects = {act.object};
    request.wait = netlayer::Durability::durable;
    const auto made = std::make_shared<Bytes>();
    request.program =
        [act, made](const std::map<ObjectId, Object>& inputs) -> Result<std::map<ObjectId, Bytes>> {
        TRIBUTARY_TRY(*made, decide(act, netlayer::view(inputs.at(act.object).body)));
        return std::map<ObjectId, Bytes>{{act.object, *made}};
    };
    TRIBUTARY_TRY(const netlayer::UpdateReport report, decider.node->update(std::move(request)));
    TRIBUTARY_TRY(const ClassifierObject object, classifier::decode_object(*made));
    if (decider.history != nullptr) TRIBUTARY_CHECK(decider.history->keep(*made));
    const auto written = report.written.find(act.object);
    const Json json{
        {"schema", 1},
        {"object", act.object},
        {"version", written == report.written.end() ? 0 : written->second},
        {"model_version", object.version},
        {"verdict", classifier::to_string(object.lineage.back().verdict)},
    };
    return ControlFrame{json.dump(), {}};
}

}  // namespace

std::optional<Result<ControlFrame>> answer_decision(const Decider& decider,
                                                    const ControlFrame& request) {
    const std::string command = command_of(request);
    if (command != "confirm" && command != "discard" && command != "rollback") return std::nullopt;
    try {
        const auto act = parse(decider, request, Json::parse(request.json));
        if (!act) return fail(act.error());
        return run(decider, *act);
    } catch (const Json::exception& error) {
        return fail(Errc::invalid_argument, command + ": the request is damaged: " + error.what());
    }
}

}  // namespace tributary::app
