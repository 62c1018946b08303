// A coordinator and members on real sockets, one of which sends what is no classifier: it never
// becomes durable, and the others go on. docs/adr/0005.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "app/coordinator/coordinator.hpp"
#include "app/service/learner.hpp"
#include "app/service/version_inspector.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "classifier/object/codec.hpp"
#include "classifier/trust/lineage.hpp"
#include "classifier/trust/rollback.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/driver/node.hpp"
#include "netlayer/identity/member_register.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::app {
namespace {

using datasets::LabelledRecords;
using netlayer::Node;
using netlayer::Object;
using netlayer::ObjectId;

constexpr const char* kId = "flow/1:scan";
constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::seconds kShortPatience{2};

class KeeperTest : public testing::Test {
 protected:
    void SetUp() override {
        CoordinatorOptions options;
        options.state = folder_.path() / "center";
        auto started = Coordinator::start(options);
        ASSERT_TRUE(started) << started.error().message;
        coordinator_ = std::move(*started);
    }

    std::unique_ptr<Node> member(const std::string& name) {
        const netlayer::KeyPair keys = *netlayer::generate_keys();
        netlayer::MemberRegister members(folder_.path() / "center", clock_);
        EXPECT_TRUE(members.admit(name, keys.public_key));
        netlayer::NodeOptions options;
        options.name = name;
        options.state = folder_.path() / name;
        options.keys = keys;
        options.server_endpoint = coordinator_->invitation().endpoint;
        options.server_public_key = coordinator_->invitation().public_key;
        std::filesystem::create_directories(options.state);
        auto node = Node::start(options, nullptr, metrics_[name]);
        EXPECT_TRUE(node) << node.error().message;
        EXPECT_TRUE((*node)->wait_connected(kPatience));
        return std::move(*node);
    }

    static SigningKey key_of(const std::string& site) {
        std::array<std::uint8_t, 32> seed{};
        seed.fill(static_cast<std::uint8_t>(site.back()));
        return signing_key_from(seed);
    }

    /// Half scans, half normal, seeded.
    static LabelledRecords records_of(std::uint64_t number) {
        const datasets::Schema& schema = **datasets::find_schema("flow/1");
        Random random(number);
        LabelledRecords records = LabelledRecords::empty(schema, {"scan"});
        for (std::size_t i = 0; i < 80; ++i) {
            std::vector<std::uint8_t> row(schema.width(), i % 2 == 0 ? 40 : 200);
            for (auto& cell : row) cell = static_cast<std::uint8_t>(cell + random.below(9));
            records.features.append(row);
            records.labels.emplace_back(i % 2 == 0 ? "scan" : datasets::kNormalClass);
        }
        return records;
    }

    /// One honest update of a site.
    Result<netlayer::UpdateReport> teach(Node& node, const std::string& site,
                                         std::uint64_t number) {
        const LabelledRecords records = records_of(number);
        const datasets::Schema& schema = *records.schema;
        const auto learner =
            std::make_shared<Learner>(schema, *classifier::make_engine("smo"), site, 1);
        learner->sign_with(key_of(site));
        const LearningPlan plan = *learner->plan(records, number);
        return update(node, [learner, plan](const Object& object) -> Result<Bytes> {
            const ByteView view = netlayer::view(object.body);
            TRIBUTARY_TRY(const ObjectBytes learnt,
                          learner->learn(plan, {{kId, Bytes(view.begin(), view.end())}}));
            return learnt.at(kId);
        });
    }

    static Result<netlayer::UpdateReport> update(
        Node& node, const std::function<Result<Bytes>(const Object&)>& program,
        std::chrono::seconds patience = kPatience) {
        netlayer::UpdateRequest request;
        request.objects = {kId};
        request.wait = netlayer::Durability::durable;
        request.timeout = patience;
        request.program =
            [program](
                const std::map<ObjectId, Object>& inputs) -> Result<std::map<ObjectId, Bytes>> {
            TRIBUTARY_TRY(Bytes made, program(inputs.at(kId)));
            return std::map<ObjectId, Bytes>{{kId, std::move(made)}};
        };
        return node.update(std::move(request));
    }

    netlayer::TemporaryFolder folder_;
    SystemClock clock_;
    std::map<std::string, Metrics> metrics_;
    std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(KeeperTest, GarbageNeverBecomesDurableAndOthersGoOn) {
    const auto honest = member("alder");
    const auto hostile = member("mallow");
    ASSERT_TRUE(teach(*honest, "site-a", 1));

    const auto refused = update(
        *hostile, [](const Object&) -> Result<Bytes> { return to_bytes("garbage"); },
        kShortPatience);
    const auto next = teach(*honest, "site-a", 2);

    EXPECT_FALSE(refused) << "garbage was reported durable";
    ASSERT_TRUE(next) << next.error().message;
    const auto seen = honest->read(kId, true);
    ASSERT_TRUE(seen);
    const auto object = classifier::decode_object(netlayer::view(seen->body));
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_TRUE(object->has_contribution("site-a", 2));
    EXPECT_EQ(object->version, 2U);
}

// The hostile program takes an honest version and books a contribution of somebody else away.
TEST_F(KeeperTest, ForgedHistoryNeverBecomesDurable) {
    const auto honest = member("alder");
    const auto hostile = member("mallow");
    ASSERT_TRUE(teach(*honest, "site-a", 1));
    ASSERT_TRUE(teach(*hostile, "site-m", 1));

    const auto refused = update(
        *hostile,
        [](const Object& object) -> Result<Bytes> {
            TRIBUTARY_TRY(auto forged, classifier::decode_object(netlayer::view(object.body)));
            forged.version += 1;
            forged.lineage.back().version = forged.version;
            forged.contributors.erase(forged.contributors.begin());
            return classifier::encode_object(forged);
        },
        kShortPatience);
    const auto next = teach(*honest, "site-a", 2);

    EXPECT_FALSE(refused);
    ASSERT_TRUE(next) << next.error().message;
    const auto object = classifier::decode_object(netlayer::view(honest->read(kId, true)->body));
    EXPECT_TRUE(object->has_contribution("site-a", 2));
    EXPECT_TRUE(object->has_contribution("site-m", 1));
}

// Named as a return to version 1, which was nothing like it: judged as any other version.
TEST_F(KeeperTest, ARollbackToAModelThatNeverPassedIsWithheld) {
    const auto hostile = member("mallow");
    ASSERT_TRUE(donate_to_coordinator(folder_.path() / "center", records_of(1000)));
    ASSERT_TRUE(donate_to_coordinator(folder_.path() / "center", records_of(1001)));
    for (std::uint64_t number = 1; number <= 32; ++number) {
        ASSERT_TRUE(teach(*hostile, "site-m", number));
    }

    const auto sent = update(*hostile, [](const Object& object) -> Result<Bytes> {
        const ByteView bytes = netlayer::view(object.body);
        TRIBUTARY_TRY(const auto now, classifier::decode_object(bytes));
        TRIBUTARY_TRY(const Digest parent, classifier::content_digest(bytes));
        classifier::ClassifierObject poison = now;
        poison.version = 1;
        for (float& coefficient : poison.model.coefficients) coefficient = -coefficient;
        poison.model.rho = -poison.model.rho;
        TRIBUTARY_TRY(auto next, classifier::roll_back(now, parent, poison, "site-m"));
        return classifier::encode_signed(std::move(next), key_of("site-m"));
    });

    ASSERT_TRUE(sent) << sent.error().message;
    std::string author;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (author.rfind("coordinator-", 0) != 0 && std::chrono::steady_clock::now() < deadline) {
        const auto seen = hostile->read(kId, true);
        ASSERT_TRUE(seen);
        author = classifier::decode_object(netlayer::view(seen->body))->lineage.back().contributor;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(author.rfind("coordinator-", 0), 0U) << author;
}

}  // namespace
}  // namespace tributary::app
