// For whom the coordinator vouches: protocol section 6.
#include "netlayer/identity/card_judge.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "netlayer/driver/keys.hpp"
#include "netlayer/tree/search_tree.hpp"
#include "netlayer/wire/codec.hpp"
#include "tests/netlayer/wire/random_message.hpp"

namespace tributary::netlayer {
namespace {

constexpr Micros kHour = std::chrono::hours(1);

class CardJudging : public testing::Test {
 protected:
    void SetUp() override {
        coordinator_ = signing_key_from({});
        judge_.trust(coordinator_.public_key);
    }
    /// A member's card whose membership says the same of it, and runs out in an hour.
    [[nodiscard]] Card card(const std::string& key_text, std::uint64_t epoch = 1,
                            MemberKeys keys = {}) const {
        Card made{process_id_of_key(key_text), 1, "tcp://host:1", key_text, "campus"};
        made.membership = sign_card(
            {made.id, made.name, key_text, {}, kRoleMember, clock_.wall() + kHour, epoch, keys},
            coordinator_);
        return made;
    }

    const std::string server_key_ = std::string(40, '9');
    const std::string key_ = std::string(40, '0');
    ManualClock clock_;
    SigningKey coordinator_;
    CardJudge judge_{clock_, server_key_};
};

TEST_F(CardJudging, AMembersOwnCardIsGood) {
    const auto judged = judge_.judge(card(key_));

    ASSERT_TRUE(judged) << judged.error().message;
    EXPECT_EQ((*judged)->organization, "campus");
}

TEST_F(CardJudging, BeforeTheCoordinatorIsKnownNobodyIsVouchedFor) {
    const CardJudge fresh(clock_, server_key_);

    EXPECT_FALSE(fresh.judge(card(key_)));
}

TEST_F(CardJudging, ACardAboutAnotherIsRefused) {
    Card other_key = card(key_);
    other_key.public_key = std::string(40, '1');
    Card other_id = card(key_);
    ++other_id.id;
    Card other_name = card(key_);
    other_name.name = "hosting";

    Card other_place = card(key_);
    other_place.key = key_of(other_place.id) + 1;

    for (const Card& forged : {other_key, other_id, other_name, other_place}) {
        EXPECT_FALSE(judge_.judge(forged));
    }
}

// The key in the search tree follows from the process, as the coordinator assigns it.
TEST_F(CardJudging, ACardWithItsOwnPlaceInTheTreeIsGood) {
    Card placed = card(key_);
    placed.key = key_of(placed.id);

    EXPECT_TRUE(judge_.judge(placed));
}

TEST_F(CardJudging, AMemberStandsWhereTheCoordinatorSaysOrSaidBefore) {
    const std::map<Key, bool> places{{40, true}, {20, true}, {30, false}, {kServerKey, false}};

    for (const auto& [place, good] : places) {
        Card placed = card(key_, 1, {40, 20});
        placed.key = place;
        EXPECT_EQ(judge_.judge(placed).has_value(), good) << place;
    }

    Card of_its_own = card(key_, 1, {40, kNoKey});
    of_its_own.key = key_of(of_its_own.id);
    EXPECT_FALSE(judge_.judge(of_its_own));
}

TEST_F(CardJudging, TheCoordinatorIsKnownByItsKey) {
    const Card coordinator{kServer, 1, "tcp://host:1", server_key_, "coordinator"};
    Card forged = coordinator;
    forged.public_key = key_;

    EXPECT_TRUE(judge_.judge(coordinator));
    EXPECT_FALSE(judge_.judge(forged));
}

TEST_F(CardJudging, ACardRunsOut) {
    const Card good = card(key_);
    const auto opened = judge_.judge(good);
    ASSERT_TRUE(opened);

    clock_.advance(kHour + kCardTolerance + Micros(1));

    EXPECT_FALSE(judge_.judge(good));
    EXPECT_FALSE(judge_.still_good(**opened));
}

TEST_F(CardJudging, ARevokedCardIsVoidAndALaterOneIsNot) {
    const Card revoked = card(key_, 5);
    const Card again = card(key_, 6);
    ASSERT_TRUE(*judge_.learn(sign_revocation({5, {{revoked.id, 5}}}, coordinator_)));

    EXPECT_FALSE(judge_.judge(revoked));
    EXPECT_TRUE(judge_.judge(again));
}

TEST_F(CardJudging, AnOlderRevocationDoesNotTakeANewerOnesPlace) {
    const Card revoked = card(key_, 5);
    ASSERT_TRUE(*judge_.learn(sign_revocation({5, {{revoked.id, 5}}}, coordinator_)));

    const auto older = judge_.learn(sign_revocation({4, {}}, coordinator_));

    ASSERT_TRUE(older);
    EXPECT_FALSE(*older);
    EXPECT_FALSE(judge_.judge(revoked));
}

TEST_F(CardJudging, ARevocationByAnybodyElseIsRefused) {
    std::array<std::uint8_t, 32> seed{1};
    const SigningKey stranger = signing_key_from(seed);

    EXPECT_FALSE(judge_.learn(sign_revocation({9, {{1, 9}}}, stranger)));
    EXPECT_FALSE(judge_.judge(Revoke{9, sign_revocation({9, {{1, 9}}}, stranger)}));
    EXPECT_FALSE(judge_.judge(Revoke{8, sign_revocation({9, {{1, 9}}}, coordinator_)}));
    EXPECT_TRUE(judge_.judge(Revoke{9, sign_revocation({9, {{1, 9}}}, coordinator_)}));
}

// Whatever kind is added: when its bytes carry a membership, it must be judged.
TEST_F(CardJudging, NoKindOfMessagePassesWithACardThatNobodySigned) {
    Random random(3);
    std::set<std::size_t> with_cards;
    for (std::size_t i = 0; i < 20 * std::variant_size_v<Message>; ++i) {
        const std::size_t kind = i % std::variant_size_v<Message>;
        const Message message = random_message(kind, random);
        Frame frame{1, 2, is_direct(message) ? 0U : 3U, 0, 0, message};
        const std::string bytes(as_text(*encode(frame)));
        const bool has_card = bytes.find(kRandomMembership) != std::string::npos;
        if (has_card) with_cards.insert(kind);

        const bool passes = judge_.judge(message).has_value();

        EXPECT_EQ(passes, !has_card && !std::holds_alternative<Revoke>(message))
            << message_name(message);
    }
    // Three to join, Hold, Promote, CardRenewed; of a rotation Lock, LockX, LockXOk, LockB, Switch.
    EXPECT_GE(with_cards.size(), 11U);
}

TEST_F(CardJudging, EverySiblingOfASuccessorIsJudged) {
    const Card good = card(key_);
    Card bad = card(std::string(40, '1'));
    bad.membership.clear();

    EXPECT_TRUE(judge_.judge(Promote{1, {good, 1}, {{good, 2}}}));
    EXPECT_FALSE(judge_.judge(Promote{1, {good, 1}, {{good, 2}, {bad, 3}}}));
    EXPECT_FALSE(judge_.judge(Promote{1, {bad, 1}, {{good, 2}}}));
}

}  // namespace
}  // namespace tributary::netlayer
