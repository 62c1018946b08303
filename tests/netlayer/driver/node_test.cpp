#include "netlayer/driver/node.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

#include "tests/netlayer/driver/cluster.hpp"

namespace tributary::netlayer {
namespace {

/// Runs increments one after the other and counts those that were applied.
std::uint64_t increments(Node& node, const std::vector<ObjectId>& objects, int count) {
    std::uint64_t applied = 0;
    for (int i = 0; i < count; ++i) applied += node.update(increment_of(objects)) ? 1U : 0U;
    return applied;
}

TEST(Node, OneClientUpdatesAndReadsAnObject) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus) << campus.error().message;

    const auto report = (*campus)->update(increment_of({"a"}, Durability::durable));
    const auto object = (*campus)->read("a", true);

    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->durable);
    EXPECT_EQ(report->read.at("a"), 0U);
    EXPECT_EQ(report->written.at("a"), 1U);
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->version, 1U);
    EXPECT_EQ(counter_value(*object), 1U);
}

TEST(Node, OnlyTheServerHasAStoreToAsk) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus) << campus.error().message;
    ASSERT_TRUE((*campus)->update(increment_of({"a"}, Durability::durable)));
    std::size_t found = 0;
    const StoreTask count = [&found](Store& store) -> Status {
        TRIBUTARY_TRY(const auto history, store.history("a"));
        found = history.size();
        return {};
    };

    const Status asked = cluster.server().with_store(count);
    const Status refused = (*campus)->with_store(count);
    const Status failed =
        cluster.server().with_store([](Store& store) { return store.untag("a", "nothing"); });

    ASSERT_TRUE(asked) << asked.error().message;
    EXPECT_EQ(found, 1U);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(failed.error().code, Errc::not_found);
    EXPECT_TRUE((*campus)->update(increment_of({"a"}, Durability::durable)))
        << "a task that fails is no failure of the store";
}

TEST(Node, FourClientsLoseNoIncrement) {
    Cluster cluster(2);  // a tree of two levels
    ASSERT_TRUE(cluster.start_server());
    std::vector<std::unique_ptr<Node>> nodes;
    for (const char* name : {"campus", "hosting", "clinic", "school"}) {
        cluster.enrol(name);
        auto node = cluster.join(name);
        ASSERT_TRUE(node) << node.error().message;
        nodes.push_back(std::move(*node));
    }

    std::vector<std::future<std::uint64_t>> runs;
    for (auto& node : nodes) {
        runs.push_back(std::async(std::launch::async, [&node] {
            return increments(*node, {"a", "b"}, 10) + increments(*node, {"b"}, 10);
        }));
    }
    for (auto& run : runs) EXPECT_EQ(run.get(), 20U);

    for (auto& node : nodes) {
        const auto a = node->read("a", true);
        const auto b = node->read("b", true);
        ASSERT_TRUE(a) << a.error().message;
        ASSERT_TRUE(b) << b.error().message;
        EXPECT_EQ(counter_value(*a), 40U);
        EXPECT_EQ(counter_value(*b), 80U);
    }
}

TEST(Node, StrictReadSeesWhatAnotherJustWrote) {
    Cluster cluster;
    cluster.enrol("writer");
    cluster.enrol("reader");
    ASSERT_TRUE(cluster.start_server());
    const auto writer = cluster.join("writer");
    const auto reader = cluster.join("reader");
    ASSERT_TRUE(writer && reader);

    for (std::uint64_t round = 1; round <= 10; ++round) {
        ASSERT_TRUE((*writer)->update(increment_of({"a"})));

        const auto object = (*reader)->read("a", true);

        ASSERT_TRUE(object) << object.error().message;
        EXPECT_EQ(counter_value(*object), round);
    }
}

TEST(Node, ProgramThatRefusesChangesNothing) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus);
    UpdateRequest refusing = increment_of({"a"});
    refusing.program = [](const auto&) -> Result<std::map<ObjectId, Bytes>> {
        return fail(Errc::mismatch, "of another schema");
    };

    const auto report = (*campus)->update(refusing);
    const auto object = (*campus)->read("a", true);

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::mismatch);
    EXPECT_EQ(report.error().message, "of another schema");
    ASSERT_TRUE(object);
    EXPECT_EQ(object->version, 0U);
}

TEST(Node, DurableReportFollowsTheAppliedOne) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus);
    const auto durable = std::make_shared<std::promise<Status>>();
    UpdateRequest request = increment_of({"a"});
    request.on_durable = [durable](Status status) { durable->set_value(std::move(status)); };

    const auto applied = (*campus)->update(request);
    auto later = durable->get_future();

    ASSERT_TRUE(applied);
    EXPECT_FALSE(applied->durable);
    ASSERT_EQ(later.wait_for(kPatience), std::future_status::ready);
    EXPECT_TRUE(later.get());
}

TEST(Node, AnAbruptlyStoppedClientDisturbsNobody) {
    Cluster cluster(2);
    ASSERT_TRUE(cluster.start_server());
    for (const char* name : {"victim", "other", "third"}) cluster.enrol(name);
    auto victim = cluster.join("victim");
    const auto other = cluster.join("other");
    const auto third = cluster.join("third");  // below one of the two
    ASSERT_TRUE(victim && other && third);
    ASSERT_EQ(increments(**other, {"a", "b"}, 3), 3U);
    ASSERT_TRUE((*victim)->update(increment_of({"a", "b"}, Durability::durable)));
    // The victim holds both objects now, and one update of its own that nobody else has seen.
    ASSERT_TRUE((*victim)->update(increment_of({"a", "b"})));

    victim->reset();
    ASSERT_TRUE((*third)->wait_connected(kPatience));
    const std::uint64_t by_other = increments(**other, {"a", "b"}, 3);
    const auto a = (*other)->read("a", true);
    const auto b = (*other)->read("b", true);

    EXPECT_EQ(by_other, 3U);
    ASSERT_TRUE(a && b);
    EXPECT_GE(counter_value(*a), 7U);
    EXPECT_LE(counter_value(*a), 8U);
    EXPECT_EQ(counter_value(*a), counter_value(*b));
}

TEST(Node, AServerStartedAgainWithinTheGraceTimeIsAPauseForItsClients) {
    Cluster cluster(2);
    for (const char* name : {"campus", "hosting", "clinic"}) cluster.enrol(name);
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    const auto hosting = cluster.join("hosting");
    const auto clinic = cluster.join("clinic");  // below one of the two
    ASSERT_TRUE(campus && hosting && clinic);
    ASSERT_TRUE((*campus)->update(increment_of({"a"}, Durability::durable)));
    ASSERT_TRUE((*campus)->update(increment_of({"a"})));

    cluster.stop_server();
    auto meanwhile = std::async(std::launch::async, [&] {
        return (*clinic)->update(increment_of({"a"}, Durability::durable));
    });
    ASSERT_TRUE(cluster.start_server());
    const auto waited = meanwhile.get();
    const auto after = (*hosting)->update(increment_of({"a"}, Durability::durable));

    ASSERT_TRUE(waited) << waited.error().message;
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(counter_value(*(*campus)->read("a", true)), 4U);
    for (const auto* node : {&campus, &hosting, &clinic}) {
        EXPECT_EQ((**node)->status().value().joins, 1U) << (**node)->status().value().last_loss;
    }
}

TEST(Node, AServerThatStaysAwayLongerThanTheGraceTimeIsJoinedAgain) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus);
    ASSERT_TRUE((*campus)->update(increment_of({"a"}, Durability::durable)));

    cluster.stop_server();
    const auto lost = (*campus)->update(increment_of({"b"}, Durability::durable));
    ASSERT_TRUE(cluster.start_server());
    Result<UpdateReport> again = fail(Errc::timeout, "not tried");
    for (int attempt = 0; attempt < 50 && !again; ++attempt) {
        if ((*campus)->wait_connected(kPatience)) {
            again = (*campus)->update(increment_of({"a"}, Durability::durable));
        }
    }

    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::disconnected);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(counter_value(*(*campus)->read("a", true)), 2U);
    EXPECT_GE((*campus)->status().value().joins, 2U);
}

// What is sent between the answer to a greeting and its processing must not overtake what the peer
// misses: the join is full of both.
TEST(Node, NothingOvertakesWhatWaitedForTheLink) {
    Cluster cluster(2);
    for (int i = 0; i < 8; ++i) cluster.enrol("m" + std::to_string(i));
    ASSERT_TRUE(cluster.start_server());
    std::vector<std::unique_ptr<Node>> nodes;

    for (int i = 0; i < 8; ++i) {
        auto node = cluster.join("m" + std::to_string(i));
        ASSERT_TRUE(node) << node.error().message;
        EXPECT_TRUE((*node)->update(increment_of({"a"})));
        nodes.push_back(std::move(*node));
    }

    std::uint64_t errors = cluster.server().status().value().process.counters.at("protocol_errors");
    for (const auto& node : nodes) {
        errors += node->status().value().process.counters.at("protocol_errors");
    }
    EXPECT_EQ(errors, 0U);
}

TEST(Node, ALeaverLeavesItsUpdatesBehind) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus);
    ASSERT_EQ(increments(**campus, {"a"}, 5), 5U);

    const Status left = (*campus)->leave(kPatience);
    const auto object = cluster.server().read("a", true, kPatience);
    const auto late = (*campus)->update(increment_of({"a"}));

    ASSERT_TRUE(left) << left.error().message;
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(counter_value(*object), 5U);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::disconnected);
}

TEST(Node, WithoutAServerTheJoinIsUnreachable) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    cluster.stop_server();
    Metrics metrics;
    const auto node = Node::start(cluster.options("campus"), nullptr, metrics);
    ASSERT_TRUE(node);

    const Status status = (*node)->wait_connected(std::chrono::milliseconds(200));

    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::unreachable);
    EXPECT_NE(status.error().message.find(cluster.endpoint()), std::string::npos);
}

TEST(Node, ASecondNodeOnTheSameStateIsRefused) {
    Cluster cluster;
    ASSERT_TRUE(cluster.start_server());

    const Status second = cluster.start_server();

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST(Node, StopFailsWhatIsPendingAndMayBeCalledTwice) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    const auto campus = cluster.join("campus");
    ASSERT_TRUE(campus);
    std::promise<void> started;
    std::promise<void> finish;
    UpdateRequest slow = increment_of({"a"});
    slow.program = [&](const auto&) -> Result<std::map<ObjectId, Bytes>> {
        started.set_value();
        finish.get_future().wait();
        return std::map<ObjectId, Bytes>{};
    };
    std::promise<Result<UpdateReport>> outcome;
    (*campus)->submit(slow, [&](auto report) { outcome.set_value(std::move(report)); });
    started.get_future().wait();

    (*campus)->stop();
    (*campus)->stop();
    finish.set_value();

    auto answered = outcome.get_future();
    ASSERT_EQ(answered.wait_for(kPatience), std::future_status::ready);
    const auto report = answered.get();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::disconnected);
    EXPECT_EQ((*campus)->read("a", true).error().code, Errc::disconnected);
}

TEST(Node, OptionsThatCannotWorkAreNamed) {
    Cluster cluster;
    cluster.enrol("campus");
    ASSERT_TRUE(cluster.start_server());
    Metrics metrics;
    NodeOptions no_name = cluster.options("campus");
    no_name.name = "";
    NodeOptions no_server_key = cluster.options("campus");
    no_server_key.server_public_key = "short";
    NodeOptions everywhere = cluster.options("campus");
    everywhere.listen = "tcp://0.0.0.0:*";
    NodeOptions long_lease = cluster.options("campus");
    long_lease.process.lease = long_lease.process.silence;

    for (const NodeOptions& options : {no_name, no_server_key, everywhere, long_lease}) {
        const auto node = Node::start(options, nullptr, metrics);
        ASSERT_FALSE(node);
        EXPECT_EQ(node.error().code, Errc::invalid_argument);
    }
}

}  // namespace
}  // namespace tributary::netlayer
