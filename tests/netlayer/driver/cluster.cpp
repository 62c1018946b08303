#include "tests/netlayer/driver/cluster.hpp"

#include <fstream>
#include <stdexcept>
#include <thread>

#include "netlayer/store/sqlite_store.hpp"

namespace tributary::netlayer {

Cluster::Cluster(std::size_t degree, int slower)
    : degree_(degree), slower_(slower), server_keys_(*generate_keys()) {
    std::filesystem::create_directories(folder("server") / "authorized");
}

Cluster::~Cluster() = default;

std::filesystem::path Cluster::folder(const std::string& name) const {
    return folder_.path() / name;
}

NodeOptions Cluster::options(const std::string& name) {
    NodeOptions made;
    made.name = name;
    made.state = folder(name);
    made.keys = name == "server" ? server_keys_ : keys_.at(name);
    made.server_endpoint = endpoint_;
    made.server_public_key = server_keys_.public_key;
    made.rejoin_backoff = std::chrono::milliseconds(20);
    made.card_tolerance = card_tolerance_;
    made.process.degree = degree_;
    made.process.heartbeat = slower_ * std::chrono::milliseconds(50);
    made.process.lease = slower_ * std::chrono::milliseconds(800);
    made.process.grace = slower_ * std::chrono::milliseconds(700);
    made.process.silence = slower_ * std::chrono::milliseconds(1000);
    made.process.retry_join = slower_ * std::chrono::milliseconds(100);
    made.process.retry_read = slower_ * std::chrono::milliseconds(200);
    made.process.retry_force = slower_ * std::chrono::milliseconds(300);
    return made;
}

Status Cluster::start_server(
    const std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>& wrap) {
    NodeOptions made = options("server");
    made.role = Role::server;
    made.listen = endpoint_;
    made.process.search_tree = search_tree_;  // members learn it from their place
    made.card_lifetime = card_lifetime_;
    TRIBUTARY_TRY(std::unique_ptr<Store> store,
                  SqliteStore::open(folder("server") / "objects.sqlite"));
    if (wrap) store = wrap(std::move(store));
    TRIBUTARY_TRY(server_, Node::start(std::move(made), std::move(store), server_metrics_));
    endpoint_ = server_->endpoint();
    return {};
}

void Cluster::stop_server() {
    server_.reset();
}

const KeyPair& Cluster::make_member(const std::string& name) {
    keys_[name] = *generate_keys();
    std::filesystem::create_directories(folder(name));
    return keys_[name];
}

const KeyPair& Cluster::enrol(const std::string& name) {
    make_member(name);
    std::ofstream(folder("server") / "authorized" / name) << keys_[name].public_key << "\n";
    return keys_[name];
}

Result<std::unique_ptr<Node>> Cluster::join(const std::string& name) {
    TRIBUTARY_TRY(auto node, Node::start(options(name), nullptr, metrics_[name]));
    TRIBUTARY_CHECK(node->wait_connected(kPatience));
    return node;
}

std::uint64_t Cluster::server_count(const std::string& counter) const {
    const auto counters = server_metrics_.snapshot();
    const auto found = counters.find(counter);
    return found == counters.end() ? 0 : found->second;
}

bool Cluster::server_counts(const std::string& counter, std::uint64_t at_least) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (server_count(counter) < at_least) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

std::uint64_t counter_value(const Object& object) {
    const ByteView body = view(object.body);
    return body.empty() ? 0 : std::stoull(std::string(as_text(body)));
}

Computation increment() {
    return [](const std::map<ObjectId, Object>& inputs) {
        std::map<ObjectId, Bytes> outputs;
        for (const auto& [id, object] : inputs) {
            outputs[id] = to_bytes(std::to_string(counter_value(object) + 1));
        }
        return outputs;
    };
}

UpdateRequest increment_of(std::vector<ObjectId> objects, Durability wait) {
    UpdateRequest request;
    request.objects = std::move(objects);
    request.program = increment();
    request.wait = wait;
    request.timeout = kPatience;
    return request;
}

}  // namespace tributary::netlayer
