#include "app/bench/overlay/hand_over_fleet.hpp"

#include <poll.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/bench/overlay/member_process.hpp"
#include "app/control/protocol.hpp"
#include "base/file.hpp"
#include "netlayer/overlay/shapes.hpp"
#include "netlayer/store/sqlite_store.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCoordinatorName = "server";
constexpr int kMemberPatience = 60;
constexpr int kMemberPatienceMs = kMemberPatience * 1000;
/// Keys lie this far apart.
constexpr netlayer::Key kKeyStep = 1'000;

std::string name_of_member(std::uint32_t member) {
    return "member-" + std::to_string(member);
}

Result<Json> ask_child(const ChildProcess& child, const Json& question) {
    TRIBUTARY_CHECK(send_frame(child.channel(), {question.dump(), {}}));
    TRIBUTARY_TRY(const ControlFrame answer, receive_frame(child.channel()));
    TRIBUTARY_CHECK(frame_status(answer));
    return Json::parse(answer.json);
}

/// Nodes from the root down, so that everybody joins below the one that it belongs to.
std::vector<netlayer::overlay::NodeId> by_levels(const netlayer::overlay::Tree& tree) {
    std::vector<netlayer::overlay::NodeId> order(tree.size());
    std::iota(order.begin(), order.end(), netlayer::overlay::NodeId{0});
    std::stable_sort(order.begin(), order.end(),
                     [&tree](netlayer::overlay::NodeId a, netlayer::overlay::NodeId b) {
                         return tree.depth(a) < tree.depth(b);
                     });
    return order;
}

}  // namespace

/// How far a course has come.
struct HandOverFleet::Progress {
    std::span<const std::vector<std::uint32_t>> orders;
    const CourseOptions& course;
    std::vector<std::size_t> next;  ///< of each object
    std::size_t running = 0;
    std::uint64_t done = 0;
    Micros begun{0};
    CourseResult result{};
};

Result<std::unique_ptr<HandOverFleet>> HandOverFleet::start(const FleetOptions& options) {
    TRIBUTARY_TRY(TemporaryFolder folder, TemporaryFolder::make());
    auto fleet = std::make_unique<HandOverFleet>(options, std::move(folder));
    TRIBUTARY_CHECK(fleet->admit_members());
    TRIBUTARY_CHECK(fleet->start_server());
    const auto tree = netlayer::overlay::balanced_tree(options.members);
    fleet->members_.reserve(options.members);
    std::vector<std::optional<ChildProcess>> started(options.members);
    for (const netlayer::overlay::NodeId place : by_levels(tree)) {
        TRIBUTARY_CHECK(fleet->start_member(fleet->places_[place]));
        started[fleet->places_[place]] = std::move(fleet->members_.back());
        fleet->members_.pop_back();
    }
    for (auto& member : started) fleet->members_.push_back(std::move(*member));
    return fleet;
}

/// Who may join, and with which key: the order of keys is a permutation of the members.
Status HandOverFleet::admit_members() {
    TRIBUTARY_TRY(server_keys_, netlayer::generate_keys());
    const auto state = folder_.path() / kCoordinatorName;
    TRIBUTARY_CHECK(make_folder(state / "authorized"));
    places_.resize(options_.members);
    std::iota(places_.begin(), places_.end(), 0U);
    shuffle(places_, random_);
    for (std::uint32_t member = 0; member < options_.members; ++member) {
        TRIBUTARY_TRY(netlayer::KeyPair keys, netlayer::generate_keys());
        TRIBUTARY_CHECK(write_file_atomically(state / "authorized" / name_of_member(member),
                                              to_bytes(keys.public_key + "\n")));
        TRIBUTARY_CHECK(make_folder(folder_.path() / name_of_member(member)));
        keys_.push_back(std::move(keys));
    }
    std::string table;
    for (std::size_t place = 0; place < places_.size(); ++place) {
        const std::uint32_t member = places_[place];
        table += std::to_string(netlayer::process_id_of_key(keys_[member].public_key)) + "," +
                 std::to_string((place + 1) * kKeyStep) + ",0," + name_of_member(member) + "\n";
    }
    return write_file_atomically(state / "keys.csv", to_bytes(table));
}

netlayer::NodeOptions HandOverFleet::node_options(const std::string& name) const {
    netlayer::NodeOptions made;
    made.name = name;
    made.state = folder_.path() / name;
    made.process.search_tree = true;
    made.process.policy = options_.policy;
    made.process.balance_joins = false;  // the tree begins balanced
    made.server_endpoint = endpoint_;
    made.server_public_key = server_keys_.public_key;
    return made;
}

Status HandOverFleet::start_server() {
    TRIBUTARY_TRY(server_, ChildProcess::fork([this](int channel) { return be_server(channel); },
                                              kMemberPatience));
    TRIBUTARY_TRY(const ControlFrame ready, receive_frame(server_->channel()));
    TRIBUTARY_CHECK(frame_status(ready));
    endpoint_ = Json::parse(ready.json).value("endpoint", std::string());
    return {};
}

Status HandOverFleet::be_server(int channel) const {
    netlayer::NodeOptions made = node_options(kCoordinatorName);
    made.role = netlayer::Role::server;
    made.keys = server_keys_;
    made.listen = endpoint_;
    TRIBUTARY_TRY(auto store, netlayer::SqliteStore::open(made.state / "objects.sqlite"));
    Metrics metrics;
    TRIBUTARY_TRY(const auto node,
                  netlayer::Node::start(std::move(made), std::move(store), metrics));
    TRIBUTARY_CHECK(send_frame(channel, {Json{{"endpoint", node->endpoint()}}.dump(), {}}));
    const auto end = receive_frame(channel);  // nothing comes: the parent ends this process
    return end ? Status{} : fail(end.error());
}

Status HandOverFleet::start_member(std::uint32_t member) {
    TRIBUTARY_TRY(
        ChildProcess child,
        ChildProcess::fork([this, member](int channel) { return be_member(channel, member); },
                           kMemberPatience));
    TRIBUTARY_TRY(const ControlFrame ready, receive_frame(child.channel()));
    TRIBUTARY_CHECK(frame_status(ready));
    members_.push_back(std::move(child));
    return {};
}

Status HandOverFleet::be_member(int channel, std::uint32_t member) const {
    netlayer::NodeOptions made = node_options(name_of_member(member));
    made.keys = keys_.at(member);
    return serve_hand_overs(channel, std::move(made), member);
}

Status HandOverFleet::hand_over(std::size_t object, std::uint32_t member) {
    return send_frame(members_.at(member).channel(),
                      {Json{{"do", "take"}, {"object", object}}.dump(), {}});
}

Status HandOverFleet::wish_a_rotation() {
    const auto member = static_cast<std::size_t>(random_.below(members_.size()));
    return send_frame(members_[member].channel(), {Json{{"do", "rotate"}}.dump(), {}});
}

Result<CourseResult> HandOverFleet::run(std::span<const std::vector<std::uint32_t>> orders,
                                        const CourseOptions& course) {
    const SystemClock clock;
    Progress progress{orders, course, std::vector<std::size_t>(orders.size(), 0)};
    completed_.resize(std::max(completed_.size(), orders.size()),
                      std::vector<std::uint32_t>(members_.size(), 0));
    progress.begun = clock.monotonic();
    for (std::size_t object = 0; object < orders.size(); ++object) {
        if (orders[object].empty()) continue;
        ++progress.running;
        TRIBUTARY_CHECK(hand_over(object, orders[object].front()));
    }
    std::vector<pollfd> channels;
    for (const ChildProcess& member : members_) channels.push_back({member.channel(), POLLIN, 0});
    while (progress.running > 0) {
        const int ready = ::poll(channels.data(), channels.size(), kMemberPatienceMs);
        if (ready <= 0) return fail(Errc::timeout, "a hand-over of the benchmark hangs");
        for (std::uint32_t member = 0; member < channels.size(); ++member) {
            if (channels[member].revents != 0) TRIBUTARY_CHECK(take(member, progress));
        }
    }
    progress.result.duration = clock.monotonic() - progress.begun;
    return std::move(progress.result);
}

Status HandOverFleet::take(std::uint32_t member, Progress& progress) {
    TRIBUTARY_TRY(const ControlFrame frame, receive_frame(members_[member].channel()));
    TRIBUTARY_CHECK(frame_status(frame));
    const Json json = Json::parse(frame.json);
    const auto object = json.at("object").get<std::size_t>();
    ++completed_.at(object).at(member);
    if (++progress.done == progress.course.ignored) {
        progress.begun = SystemClock().monotonic();
    }
    if (progress.done > progress.course.ignored) {
        progress.result.latencies_us.push_back(json.at("latency_us").get<std::uint32_t>());
    }
    const std::uint64_t every = progress.course.hand_overs_per_wish;
    if (every != 0 && progress.done % every == 0) {
        ++progress.result.rotations_wished;
        TRIBUTARY_CHECK(wish_a_rotation());
    }
    const std::vector<std::uint32_t>& order = progress.orders[object];
    const std::size_t next = ++progress.next[object];
    if (next < order.size()) return hand_over(object, order[next]);
    --progress.running;
    return {};
}

Result<FleetCounts> HandOverFleet::counts() {
    FleetCounts sum;
    for (const ChildProcess& member : members_) {
        TRIBUTARY_TRY(const Json json, ask_child(member, {{"do", "report"}}));
        sum.rotations += json.at("rotations").get<std::uint64_t>();
        sum.hand_overs += json.at("hand_overs").get<std::uint64_t>();
        sum.edges += json.at("edges").get<std::uint64_t>();
    }
    return sum;
}

Status HandOverFleet::verify() {
    for (std::size_t object = 0; object < completed_.size(); ++object) {
        TRIBUTARY_TRY(const Json json,
                      ask_child(members_.front(), {{"do", "read"}, {"object", object}}));
        const auto found = json.at("counts").get<std::vector<std::uint32_t>>();
        for (std::size_t member = 0; member < completed_[object].size(); ++member) {
            const std::uint32_t contained = member < found.size() ? found[member] : 0;
            if (contained == completed_[object][member]) continue;
            return fail(Errc::corrupt, "object " + std::to_string(object) + " contains " +
                                           std::to_string(contained) + " contributions of member " +
                                           std::to_string(member) + ", which completed " +
                                           std::to_string(completed_[object][member]) +
                                           ". Report this as a bug");
        }
    }
    return {};
}

}  // namespace tributary::app
