#include "app/cli/ask_member.hpp"

#include <nlohmann/json.hpp>

namespace tributary::app {

Result<ControlFrame> ask_member(const std::string& state, const std::string& name,
                                const std::string& extra, const ProgressSink& progress,
                                std::chrono::seconds silence) {
    nlohmann::json request = nlohmann::json::parse(extra);
    request["command"] = name;
    return ask(state, {request.dump(), {}}, progress, silence);
}

}  // namespace tributary::app
