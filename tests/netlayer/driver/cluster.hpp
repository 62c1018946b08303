#pragma once
// Real nodes on loopback in one test process: a server with its folder and as many members as a
// test asks for. Waits are bounded by kPatience. One thread.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "netlayer/driver/node.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {

inline constexpr Micros kPatience = std::chrono::seconds(20);

class Cluster {
 public:
    /// @param slower  every time of the protocol is so many times longer, for tests with many
    /// nodes
    explicit Cluster(std::size_t degree = 4, int slower = 1);
    ~Cluster();

    /// A server that is started from now on has a search tree, or the k-ary one.
    void use_search_tree(bool search = true) { search_tree_ = search; }
    /// Starts the server, again from its store when it ran before, at the same endpoint.
    /// @param wrap  what to put around its store
    Status start_server(
        const std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>& wrap = nullptr);
    void stop_server();
    /// Makes keys and a folder for somebody who is not a member yet.
    const KeyPair& make_member(const std::string& name);
    /// The same, and puts the key into the authorized folder.
    const KeyPair& enrol(const std::string& name);
    /// Of the cards of a server that is started from now on; and how long members let one pass that
    /// ran out.
    void set_card_lifetime(Micros lifetime, Micros tolerance) {
        card_lifetime_ = lifetime;
        card_tolerance_ = tolerance;
    }
    /// Starts an enrolled member and waits until it has joined.
    Result<std::unique_ptr<Node>> join(const std::string& name);
    [[nodiscard]] NodeOptions options(const std::string& name);

    Node& server() { return *server_; }
    [[nodiscard]] const KeyPair& server_keys() const { return server_keys_; }
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] std::filesystem::path folder(const std::string& name) const;
    Metrics& server_metrics() { return server_metrics_; }
    [[nodiscard]] std::uint64_t server_count(const std::string& counter) const;
    /// Waits until a counter of the server has reached a value.
    [[nodiscard]] bool server_counts(const std::string& counter, std::uint64_t at_least) const;

 private:
    std::size_t degree_;
    int slower_;
    Micros card_lifetime_ = std::chrono::hours(1);
    Micros card_tolerance_ = kCardTolerance;
    bool search_tree_ = false;
    TemporaryFolder folder_;
    KeyPair server_keys_;
    std::string endpoint_ = "tcp://127.0.0.1:*";
    Metrics server_metrics_;
    std::map<std::string, KeyPair> keys_;
    std::map<std::string, Metrics> metrics_;
    std::unique_ptr<Node> server_;
};

/// A program that adds one to every object: a counter as decimal text.
Computation increment();
/// The value of a counter.
std::uint64_t counter_value(const Object& object);
/// An increment of these objects.
UpdateRequest increment_of(std::vector<ObjectId> objects, Durability wait = Durability::applied);

}  // namespace tributary::netlayer
