#include "app/coordinator/coordinator.hpp"

#include <nlohmann/json.hpp>

#include "app/control/server.hpp"
#include "app/coordinator/donated_records.hpp"
#include "app/coordinator/keeper.hpp"
#include "app/service/history_requests.hpp"
#include "app/service/node_requests.hpp"
#include "app/service/overlay_requests.hpp"
#include "app/service/version_inspector.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace tributary::app {

namespace {

constexpr const char* kAuthorizedFolder = "authorized";
constexpr const char* kPolicyFile = "policy";
constexpr const char* kDonatedFolder = "donated";
constexpr const char* kJudgedFolder = "judged";

/// Where to listen: at the port of the last run when any will do, so that members find a
/// coordinator that starts again.
std::string listen_again(const CoordinatorOptions& options) {
    if (!options.listen.ends_with(":*") || !options.advertise.empty()) return options.listen;
    const auto before = read_invitation(options.state / kInvitationFile);
    if (!before) return options.listen;
    const std::string port = before->endpoint.substr(before->endpoint.rfind(':') + 1);
    const bool number = !port.empty() && port.find_first_not_of("0123456789") == std::string::npos;
    if (!number) return options.listen;
    return options.listen.substr(0, options.listen.size() - 1) + port;
}

Result<std::unique_ptr<netlayer::Node>> start_node(const netlayer::NodeOptions& options,
                                                   const LeadingStoreOptions& where,
                                                   Metrics& metrics) {
    TRIBUTARY_TRY(auto store, open_leading_store(where));
    return netlayer::Node::start(options, std::move(store), metrics);
}

/// The policy that was chosen last while a coordinator ran here.
netlayer::RotationPolicy kept_policy(const std::filesystem::path& state) {
    constexpr std::size_t kLongestName = 64;
    constexpr auto kDefault = netlayer::RotationPolicy::regret;
    const auto name = read_file(state / kPolicyFile, kLongestName);
    if (!name) return kDefault;
    const auto policy = netlayer::policy_called(std::string(as_text(*name)));
    if (!policy) log::warning("coordinator", "the policy that was kept is not known", {});
    return policy.value_or(kDefault);
}

/// @param answer  to the request that chose it
Status keep_policy(const std::filesystem::path& state, const ControlFrame& answer) {
    const auto name = nlohmann::json::parse(answer.json).at("policy").get<std::string>();
    return write_file_atomically(state / kPolicyFile, to_bytes(name));
}

}  // namespace

Result<Donation> donate_to_coordinator(const std::filesystem::path& state,
                                       const datasets::LabelledRecords& records) {
    if (!std::filesystem::exists(state / kAuthorizedFolder)) {
        return fail(Errc::not_found, state.string() +
                                         " is no coordinator's folder. Start one there first: "
                                         "tributary coordinator --state " +
                                         state.string());
    }
    return donate(state / kDonatedFolder, records);
}

struct Coordinator::Parts {
    std::filesystem::path state;
    Invitation invitation;
    SigningKey signing;
    Metrics metrics;
    std::unique_ptr<Keeper> keeper;
    std::unique_ptr<netlayer::Node> node;
    std::optional<ObjectReader> reader;
    // Last, so that it is destroyed first: its handlers use the node.
    std::unique_ptr<ControlServer> control;

    Result<ControlFrame> answer(const ControlFrame& request) {
        const Member member{node.get(), &*reader, &metrics, "coordinator", "coordinator", {}, {}};
        if (auto answered = answer_common(member, request)) return std::move(*answered);
        if (auto answered = answer_history(*node, signing, request)) return std::move(*answered);
        if (auto answered = answer_overlay(*node, request)) {
            if (*answered && command_of(request) == "policy") {
                TRIBUTARY_CHECK(keep_policy(state, **answered));
            }
            return std::move(*answered);
        }
        return fail(Errc::invalid_argument, "a coordinator does not know the request \"" +
                                                command_of(request) +
                                                "\". Ask an agent: give its --state");
    }
};

Result<std::unique_ptr<Coordinator>> Coordinator::start(CoordinatorOptions options) {
    TRIBUTARY_CHECK(make_folder(options.state / kAuthorizedFolder));
    TRIBUTARY_TRY(const netlayer::KeyPair keys, netlayer::load_or_create_keys(options.state));
    netlayer::NodeOptions node;
    node.role = netlayer::Role::server;
    node.name = "coordinator";
    node.state = options.state;
    node.keys = keys;
    node.listen = listen_again(options);
    node.advertise = options.advertise;
    node.process.degree = options.degree;
    node.process.search_tree = options.search_tree;
    node.process.policy = options.policy.value_or(kept_policy(options.state));
    node.key_rule = options.key_rule;
    if (options.store.where.empty()) options.store.where = options.state / "objects.sqlite";

    auto parts = std::make_unique<Parts>();
    parts->state = options.state;
    TRIBUTARY_TRY(parts->signing, load_or_create_signing_key(options.state));
    parts->keeper =
        std::make_unique<Keeper>(KeeperOptions{options.state / kDonatedFolder,
                                               options.state / kJudgedFolder, parts->signing},
                                 parts->metrics);
    node.inspect = make_inspection(parts->signing.public_key);
    node.stored = [keeper = parts->keeper.get()](const std::vector<netlayer::Object>& objects) {
        keeper->stored(objects);
    };
    auto started = start_node(node, options.store, parts->metrics);
    if (!started && started.error().code == Errc::conflict && node.listen != options.listen) {
        node.listen = options.listen;  // the port of the last run is somebody else's now
        started = start_node(node, options.store, parts->metrics);
    }
    if (!started) return fail(started.error());
    parts->node = std::move(*started);
    parts->keeper->serve(*parts->node);
    parts->reader.emplace(*parts->node);
    const std::string endpoint =
        options.advertise.empty() ? parts->node->endpoint() : options.advertise;
    parts->invitation = {endpoint, keys.public_key, {}};
    Parts& stable = *parts;
    TRIBUTARY_TRY(parts->control,
                  ControlServer::start(options.state, [&stable](const ControlFrame& request,
                                                                const ProgressReporter&) {
                      return stable.answer(request);
                  }));
    TRIBUTARY_CHECK(write_invitation(options.state / kInvitationFile, parts->invitation));
    return std::make_unique<Coordinator>(std::move(parts));
}

Coordinator::Coordinator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Coordinator::~Coordinator() {
    parts_->control.reset();
    parts_->node->stop();
    parts_->keeper->stop();
}

std::string Coordinator::failure() const {
    const auto status = parts_->node->status();
    return status ? status->failure : std::string();
}

const Invitation& Coordinator::invitation() const {
    return parts_->invitation;
}

}  // namespace tributary::app
