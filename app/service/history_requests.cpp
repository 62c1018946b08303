#include "app/service/history_requests.hpp"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/service/catalogue.hpp"
#include "app/service/node_requests.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "netlayer/store/tags.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using netlayer::Object;
using netlayer::ObjectId;
using netlayer::Store;
using netlayer::StoredVersion;
using netlayer::Version;
using History = std::vector<StoredVersion>;

/// What a question to the store found, which must not refer to anything here.
template <typename Found>
Result<Found> ask_store(netlayer::Node& node, std::function<Result<Found>(Store&)> question) {
    const auto found = std::make_shared<Found>();
    TRIBUTARY_CHECK(node.with_store([found, question](Store& store) -> Status {
        TRIBUTARY_TRY(*found, question(store));
        return {};
    }));
    return std::move(*found);
}

Result<History> history_in(Store& store, const ObjectId& id) {
    TRIBUTARY_TRY(History history, store.history(id));
    if (!history.empty()) return history;
    return fail(Errc::not_found, "the store holds no version of an object " + id +
                                     ". See which objects there are: tributary models --state DIR");
}

/// Null where the object is no classifier, or the version has gone since.
Json model_version(netlayer::Node& node, const ObjectId& id, Version version) {
    if (id == kCatalogueId) return nullptr;
    const auto object =
        ask_store<Object>(node, [id, version](Store& store) { return store.version(id, version); });
    if (!object) return nullptr;
    const auto classifier = classifier::decode_object(netlayer::view(object->body));
    return classifier ? Json(classifier->version) : Json();
}

Json reasons_of(const StoredVersion& stored) {
    Json reasons = Json::array();
    if (stored.is_recent) reasons.push_back("last");
    if (stored.is_milestone) reasons.push_back("every");
    if (!stored.tags.empty()) reasons.push_back("tag");
    return reasons;
}

Result<ControlFrame> answer_list(netlayer::Node& node, const ObjectId& id) {
    TRIBUTARY_TRY(const History history,
                  ask_store<History>(node, [id](Store& store) { return history_in(store, id); }));
    Json rows = Json::array();
    for (const StoredVersion& stored : history) {
        rows.push_back({{"version", stored.version},
                        {"model_version", model_version(node, id, stored.version)},
                        {"bytes", stored.bytes},
                        {"kept_for", reasons_of(stored)},
                        {"tags", stored.tags}});
    }
    return ControlFrame{Json{{"schema", 1}, {"object", id}, {"rows", rows}}.dump(), {}};
}

/// The version that a request means: `version`, or the one of `tag`, or the newest.
Result<Version> version_in(Store& store, const ObjectId& id, const Json& json) {
    TRIBUTARY_TRY(const History history, history_in(store, id));
    if (json.contains("version")) return json.at("version").get<Version>();
    const std::string name = json.value("tag", std::string());
    if (name.empty()) return history.front().version;
    for (const StoredVersion& stored : history) {
        for (const std::string& tag : stored.tags) {
            if (tag == name) return stored.version;
        }
    }
    return fail(netlayer::no_such_tag(id, name));
}

Result<ControlFrame> answer_tag(netlayer::Node& node, const ObjectId& id, const Json& json) {
    const auto name = json.at("name").get<std::string>();
    const auto retag = json.value("move", false) ? netlayer::Retag::move : netlayer::Retag::refuse;
    Json which = Json::object();
    if (json.contains("version")) which["version"] = json.at("version").get<Version>();
    TRIBUTARY_TRY(
        const Version version,
        ask_store<Version>(node, [id, name, retag, which](Store& store) -> Result<Version> {
            TRIBUTARY_TRY(const Version chosen, version_in(store, id, which));
            TRIBUTARY_CHECK(store.tag({id, name, chosen}, retag));
            return chosen;
        }));
    return ControlFrame{
        Json{{"schema", 1}, {"object", id}, {"tag", name}, {"version", version}}.dump(), {}};
}

Result<ControlFrame> answer_untag(netlayer::Node& node, const ObjectId& id, const Json& json) {
    const auto name = json.at("name").get<std::string>();
    TRIBUTARY_CHECK(node.with_store([id, name](Store& store) { return store.untag(id, name); }));
    return ControlFrame{Json{{"schema", 1}, {"object", id}, {"tag", name}}.dump(), {}};
}

struct CheckedOut {
    Json model_version;  ///< null: it is no classifier
    Bytes file;
};

/// As the store has it; for a classifier with the coordinator's word that it kept it.
Result<CheckedOut> checked_out(ByteView body, const SigningKey& key) {
    const auto classifier = classifier::decode_object(body);
    if (!classifier) return CheckedOut{nullptr, Bytes(body.begin(), body.end())};
    TRIBUTARY_TRY(Bytes file, classifier::vouch_for(body, key));
    return CheckedOut{classifier->version, std::move(file)};
}

Result<ControlFrame> answer_checkout(netlayer::Node& node, const SigningKey& key,
                                     const ObjectId& id, const Json& json) {
    Json which = Json::object();
    if (json.contains("version")) which["version"] = json.at("version").get<Version>();
    if (json.contains("tag")) which["tag"] = json.at("tag").get<std::string>();
    TRIBUTARY_TRY(const Object object,
                  ask_store<Object>(node, [id, which](Store& store) -> Result<Object> {
                      TRIBUTARY_TRY(const Version version, version_in(store, id, which));
                      return store.version(id, version);
                  }));
    TRIBUTARY_TRY(CheckedOut out, checked_out(netlayer::view(object.body), key));
    const Json answer{{"schema", 1},
                      {"object", id},
                      {"version", object.version},
                      {"model_version", out.model_version},
                      {"bytes", out.file.size()}};
    return ControlFrame{answer.dump(), std::move(out.file)};
}

}  // namespace

std::optional<Result<ControlFrame>> answer_history(netlayer::Node& node, const SigningKey& key,
                                                   const ControlFrame& request) {
    const std::string command = command_of(request);
    try {
        const Json json = Json::parse(request.json);
        const auto object = [&json] { return json.at("object").get<std::string>(); };
        if (command == "history") return answer_list(node, object());
        if (command == "tag") return answer_tag(node, object(), json);
        if (command == "untag") return answer_untag(node, object(), json);
        if (command == "checkout") return answer_checkout(node, key, object(), json);
    } catch (const Json::exception& error) {
        return fail(Errc::invalid_argument, command + ": the request is damaged: " + error.what());
    }
    return std::nullopt;
}

}  // namespace tributary::app
