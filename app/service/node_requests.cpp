#include "app/service/node_requests.hpp"

#include <nlohmann/json.hpp>

#include "app/service/object_bundle.hpp"
#include "app/service/object_rows.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

Json object_json(const netlayer::ObjectStatus& object) {
    return {{"object", object.object}, {"version", object.version}, {"copy", object.has_copy},
            {"owner", object.owner},   {"waiting", object.waiting}, {"queue", object.queue}};
}

/// Empty while the copies cannot be read: status answers whatever happens.
Json drift_json(const Member& member) {
    Json rows = Json::array();
    const auto drift = member.drift();
    if (!drift) return rows;
    for (const auto& [id, of_object] : *drift) {
        rows.push_back(Json::parse(drift_row(id, of_object)));
    }
    return rows;
}

Result<ControlFrame> answer_status(const Member& member) {
    TRIBUTARY_TRY(const netlayer::NodeStatus status, member.node->status());
    Json children = Json::array();
    for (const auto& child : status.process.children) {
        children.push_back({{"name", child.card.name}, {"subtree", child.subtree}});
    }
    Json objects = Json::array();
    for (const auto& object : status.process.objects) objects.push_back(object_json(object));
    Json json{
        {"schema", 1},
        {"role", member.role},
        {"name", member.name},
        {"endpoint", status.endpoint},
        {"phase", netlayer::phase_name(status.process.phase)},
        {"connected", status.connected},
        {"joins", status.joins},
        {"parent", status.process.parent ? Json(status.process.parent->card.name) : Json()},
        {"children", children},
        {"objects", objects},
        {"operations_pending", status.process.operations_pending},
        {"last_loss", status.last_loss},
        {"last_refusal", status.last_refusal},
        {"protocol", status.process.counters},
        {"metrics", member.metrics->snapshot()},
    };
    if (member.journal) json["journal"] = member.journal();
    if (member.drift) json["drift"] = drift_json(member);
    return ControlFrame{json.dump(), {}};
}

Result<ControlFrame> answer_models(const Member& member, Freshness freshness) {
    TRIBUTARY_TRY(const auto objects, member.reader->classifiers(freshness));
    Json rows = Json::array();
    for (const auto& [id, object] : objects) {
        if (netlayer::view(object.body).empty()) continue;
        TRIBUTARY_TRY(const std::string row,
                      model_row(id, object.version, netlayer::view(object.body)));
        rows.push_back(Json::parse(row));
    }
    return ControlFrame{Json{{"schema", 1}, {"rows", rows}}.dump(), {}};
}

Result<ControlFrame> answer_query(const Member& member, const Json& request, Freshness freshness) {
    const std::string id = request.value("object", std::string());
    TRIBUTARY_TRY(const netlayer::Object object, member.reader->object(id, freshness));
    const ByteView body = netlayer::view(object.body);
    if (body.empty()) {
        return fail(Errc::not_found, "nobody has taught " + id +
                                         " yet. See what there is: tributary models --state DIR");
    }
    TRIBUTARY_TRY(const std::string row, model_row(id, object.version, body));
    Json json = Json::parse(row);
    json["schema"] = 1;
    json["strict"] = freshness == Freshness::latest;
    return ControlFrame{json.dump(), Bytes(body.begin(), body.end())};
}

Json parse_request(const ControlFrame& request) {
    Json json = Json::parse(request.json, nullptr, false);
    return json.is_object() ? json : Json::object();
}

}  // namespace

Freshness freshness_of(const ControlFrame& request) {
    const Json json = parse_request(request);
    const auto strict = json.find("strict");
    const bool local = strict != json.end() && strict->is_boolean() && !strict->get<bool>();
    return local ? Freshness::local : Freshness::latest;
}

std::string command_of(const ControlFrame& request) {
    const Json json = parse_request(request);
    const auto command = json.find("command");
    return command != json.end() && command->is_string() ? command->get<std::string>() : "";
}

std::optional<Result<ControlFrame>> answer_common(const Member& member,
                                                  const ControlFrame& request) {
    const std::string command = command_of(request);
    try {
        if (command == "status") return answer_status(member);
        if (command == "models") return answer_models(member, freshness_of(request));
        if (command == "query") {
            return answer_query(member, parse_request(request), freshness_of(request));
        }
    } catch (const Json::exception& error) {
        return fail(Errc::invalid_argument, std::string("the request is damaged: ") + error.what());
    }
    return std::nullopt;
}

}  // namespace tributary::app
