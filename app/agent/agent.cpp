#include "app/agent/agent.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/agent/contribute_request.hpp"
#include "app/control/server.hpp"
#include "app/service/node_requests.hpp"
#include "app/service/object_bundle.hpp"
#include "app/service/site_detector.hpp"
#include "app/service/trust_requests.hpp"
#include "app/service/version_inspector.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace tributary::app {

namespace {

constexpr std::chrono::seconds kLeavePatience{15};
constexpr const char* kHistoryFolder = "history";
constexpr const char* kMemoryFolder = "memory";
constexpr const char* kRefusedFolder = "refused";

/// The seed of a site's random reservoir follows from its key: another site samples otherwise.
std::uint64_t seed_of(const std::string& public_key) {
    const Digest digest = blake2b(to_bytes(public_key));
    return ByteReader(digest).u64();
}

/// The name under which a site appears in objects; only the coordinator can trace it to a key.
std::string pseudonym_of(const std::string& public_key) {
    return "site-" + to_hex(ByteView(blake2b(to_bytes("contributor:" + public_key))).first(6));
}

Error join_error(const Error& error, const AgentOptions& options) {
    if (error.code == Errc::permission) {
        return {error.code, error.message +
                                ". Ask the coordinator to run: tributary coordinator "
                                "authorize --name " +
                                options.name + " --key <the key in " +
                                (options.state / "curve.public").string() + ">"};
    }
    return {error.code, "the coordinator at " + options.server +
                            " does not answer: " + error.message +
                            ". Start it: tributary coordinator --state DIR, or check --server"};
}

/// A running agent without a way to the coordinator: what that means, and what still works.
Error cut_off_error(const Error& error, const AgentOptions& options) {
    return {error.code, "agent " + options.name + " has lost the coordinator at " + options.server +
                            " (" + error.message +
                            "); it joins again by itself. Start the coordinator: tributary "
                            "coordinator --state DIR. Until then add --local to detect, models or "
                            "query to use the versions that were read last"};
}

}  // namespace

struct Agent::Parts {
    AgentOptions options;
    const datasets::Schema* schema = nullptr;
    Metrics metrics;
    std::unique_ptr<netlayer::Node> node;
    std::optional<ObjectReader> reader;
    std::unique_ptr<SiteState> site;
    std::string pseudonym;
    SigningKey signing_key;
    std::optional<ObjectHistory> history;
    std::unique_ptr<Contributor> contributor;
    // Last, so that it is destroyed first: its handlers use all of the above.
    std::unique_ptr<ControlServer> control;

    Result<ControlFrame> answer(const ControlFrame& request, const ProgressReporter& report);
    Result<ControlFrame> dispatch(const ControlFrame& request, const ProgressReporter& report);
    Result<ControlFrame> answer_detector(Freshness freshness);
    Result<SiteDrift> drift();
};

Result<ControlFrame> Agent::Parts::answer_detector(Freshness freshness) {
    TRIBUTARY_TRY(const auto objects, reader->classifiers(freshness));
    ObjectBytes encoded;
    for (const auto& [id, object] : objects) {
        const ByteView view = netlayer::view(object.body);
        if (!view.empty()) encoded.emplace(id, Bytes(view.begin(), view.end()));
    }
    TRIBUTARY_TRY(SchemaObjects parted, objects_of_schema(*schema, encoded));
    TRIBUTARY_CHECK(require_own(*schema, parted));
    TRIBUTARY_TRY(const Thresholds thresholds,
                  site_thresholds(*schema, parted.own, normal_rows(site->held_out())));
    ObjectBundle bundle{schema->name(), {}, std::move(parted.skipped)};
    for (auto& [id, bytes] : parted.own) {
        const auto threshold = thresholds.find(id);
        const double alarm_above = threshold == thresholds.end() ? 0 : threshold->second;
        bundle.objects.emplace(
            id, BundledObject{objects.at(id).version, alarm_above, std::move(bytes)});
    }
    return pack_objects(bundle);
}

/// What the site holds out, beside the cards of the versions that it has copies of.
Result<SiteDrift> Agent::Parts::drift() {
    TRIBUTARY_TRY(const netlayer::NodeStatus status, node->status());
    ObjectBytes encoded;
    for (const auto& copy : status.process.objects) {
        // Without a copy a read would wait for others, and status must not.
        if (!copy.has_copy || copy.object == kCatalogueId) continue;
        TRIBUTARY_TRY(const netlayer::Object object, reader->object(copy.object, Freshness::local));
        const ByteView view = netlayer::view(object.body);
        encoded.emplace(copy.object, Bytes(view.begin(), view.end()));
    }
    TRIBUTARY_TRY(const SchemaObjects parted, objects_of_schema(*schema, encoded));
    auto newest = datasets::LabelledRecords::empty(*schema);
    const datasets::LabelledRecords held_out = site->held_out();
    const std::size_t rows = held_out.labels.size();
    newest.append(held_out, rows - std::min(rows, classifier::kGateRecords));
    return measure_site_drift(parted.own, newest.features);
}

Result<ControlFrame> Agent::Parts::answer(const ControlFrame& request,
                                          const ProgressReporter& report) {
    Result<ControlFrame> answered = dispatch(request, report);
    if (answered) return answered;
    // Before the loss is certain, what needs the coordinator is not answered in time.
    const auto status = node->status();
    const bool waits = status && !status->process.has_lease;
    const Errc code = answered.error().code;
    if (code != Errc::disconnected && !(code == Errc::timeout && waits)) return answered;
    return fail(cut_off_error(answered.error(), options));
}

Result<ControlFrame> Agent::Parts::dispatch(const ControlFrame& request,
                                            const ProgressReporter& report) {
    const Member member{node.get(),
                        &*reader,
                        &metrics,
                        "agent",
                        options.name,
                        [this] { return contributor->waiting(); },
                        [this] { return drift(); }};
    if (auto answered = answer_common(member, request)) return std::move(*answered);
    const std::string command = command_of(request);
    if (command == "detector") return answer_detector(freshness_of(request));
    if (command == "contribute") {
        return answer_contribute(request, report, *schema, *site, *contributor);
    }
    const Decider decider{node.get(), pseudonym, signing_key, &*history};
    if (auto decided = answer_decision(decider, request)) return std::move(*decided);
    if (command == "overlay" || command == "policy" || command == "keys") {
        return fail(Errc::invalid_argument,
                    "an agent sees its neighbours only. Ask the coordinator: give its --state");
    }
    return fail(Errc::invalid_argument, "an agent does not know the request \"" + command + "\"");
}

Result<std::unique_ptr<Agent>> Agent::start(AgentOptions options) {
    auto parts = std::make_unique<Parts>();
    TRIBUTARY_TRY(parts->schema, datasets::find_schema(options.schema));
    const std::string engine_name =
        options.engine.empty() ? std::string(classifier::kDefaultEngine) : options.engine;
    TRIBUTARY_TRY(auto engine, classifier::make_engine(engine_name));
    TRIBUTARY_CHECK(make_folder(options.state));
    TRIBUTARY_TRY(const netlayer::KeyPair keys, netlayer::load_or_create_keys(options.state));

    netlayer::NodeOptions node;
    node.role = netlayer::Role::client;
    node.name = options.name;
    node.state = options.state;
    node.keys = keys;
    node.listen = options.listen;
    node.advertise = options.advertise;
    node.server_endpoint = options.server;
    node.server_public_key = options.server_key;
    node.inspect = make_inspection();
    TRIBUTARY_TRY(parts->node, netlayer::Node::start(std::move(node), nullptr, parts->metrics));
    parts->reader.emplace(*parts->node);
    if (const Status joined = parts->node->wait_connected(options.join_patience); !joined) {
        return fail(join_error(joined.error(), options));
    }

    TRIBUTARY_TRY(parts->site, SiteState::open(options.state, *parts->schema));
    TRIBUTARY_TRY(netlayer::Journal journal,
                  netlayer::Journal::open(options.state / "journal.sqlite"));
    TRIBUTARY_TRY(parts->signing_key, load_or_create_signing_key(options.state));
    parts->pseudonym = pseudonym_of(keys.public_key);
    parts->history.emplace(options.state / kHistoryFolder);
    Learner learner(*parts->schema, std::move(engine), parts->pseudonym, seed_of(keys.public_key));
    learner.sign_with(parts->signing_key);
    TRIBUTARY_CHECK(learner.teach(options.kinds));
    learner.keep_history_in(options.state / kHistoryFolder);
    learner.keep_memory_in(options.state / kMemoryFolder);
    if (options.gate) {
        learner.gate_on([site = parts->site.get()] { return site->held_out(); });
    }
    parts->contributor =
        std::make_unique<Contributor>(*parts->node, std::move(journal), std::move(learner),
                                      parts->metrics, options.state / kRefusedFolder);
    parts->options = std::move(options);
    Parts& stable = *parts;
    TRIBUTARY_TRY(parts->control, ControlServer::start(parts->options.state,
                                                       [&stable](const ControlFrame& request,
                                                                 const ProgressReporter& report) {
                                                           return stable.answer(request, report);
                                                       }));
    return std::make_unique<Agent>(std::move(parts));
}

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Agent::~Agent() {
    parts_->control.reset();
    // The program of a running update uses the contributor's learner: the node's pool ends first.
    parts_->node->stop();
    parts_->contributor.reset();
}

Status Agent::leave() {
    parts_->control.reset();
    return parts_->node->leave(kLeavePatience);
}

std::string Agent::endpoint() const {
    return parts_->node->endpoint();
}

}  // namespace tributary::app
