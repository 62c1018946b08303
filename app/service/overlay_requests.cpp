#include "app/service/overlay_requests.hpp"

#include <nlohmann/json.hpp>

#include "app/service/node_requests.hpp"
#include "app/service/overlay_view.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

Result<ControlFrame> answer_policy(netlayer::Node& node, const std::string& name) {
    const auto policy = netlayer::policy_called(name);
    if (!policy) {
        return fail(Errc::invalid_argument,
                    "no policy is called " + name + ". Take one of " + netlayer::policy_names());
    }
    TRIBUTARY_CHECK(node.choose_policy(*policy));
    return ControlFrame{Json{{"schema", 1}, {"policy", netlayer::policy_name(*policy)}}.dump(), {}};
}

Result<ControlFrame> answer_keys(netlayer::Node& node, bool bisect) {
    TRIBUTARY_TRY(const netlayer::KeyTable table, node.keys(bisect));
    Json rows = Json::array();
    for (const netlayer::KeyRow& row : table.rows) {
        rows.push_back(
            {{"id", std::to_string(row.id)}, {"key", std::to_string(row.key)}, {"name", row.name}});
    }
    return ControlFrame{Json{{"schema", 1}, {"changed", table.changed}, {"rows", rows}}.dump(
                            -1, ' ', false, Json::error_handler_t::replace),
                        {}};
}

}  // namespace

std::optional<Result<ControlFrame>> answer_overlay(netlayer::Node& node,
                                                   const ControlFrame& request) {
    const std::string command = command_of(request);
    const Json json = Json::parse(request.json, nullptr, false);
    try {
        if (command == "overlay") {
            const auto view = node.overlay();
            if (!view) return fail(view.error());
            return ControlFrame{overlay_json(*view), {}};
        }
        if (command == "policy") return answer_policy(node, json.at("policy").get<std::string>());
        if (command == "keys") return answer_keys(node, json.value("bisect", false));
    } catch (const Json::exception& error) {
        return fail(Errc::invalid_argument, std::string("the request is damaged: ") + error.what());
    }
    return std::nullopt;
}

}  // namespace tributary::app
