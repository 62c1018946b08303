// Who is invited, waits, belongs to the service or does not any more: operations section 1.
#include "netlayer/identity/member_register.hpp"

#include <gtest/gtest.h>

#include "netlayer/driver/keys.hpp"
#include "netlayer/identity/card_judge.hpp"
#include "netlayer/identity/card_office.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"

namespace tributary::netlayer {
namespace {

constexpr Micros kMinute = std::chrono::minutes(1);

class Members : public testing::Test {
 protected:
    void SetUp() override { clock_.advance(std::chrono::hours(1000)); }
    /// A coordinator that just started on the folder.
    [[nodiscard]] CardOffice office() {
        CardOffice made(folder_.path(), signing_key_from({}), std::chrono::hours(1), clock_);
        made.refresh();
        return made;
    }
    [[nodiscard]] bool is_member(const std::string& key) {
        return office().organization_of(key).has_value();
    }
    /// Whether the revocation that a coordinator publishes now voids this card.
    [[nodiscard]] bool voids(const std::string& carried) {
        const CardOffice now = office();
        const auto card = open_card(carried, now.public_key());
        const auto revocation = open_revocation(now.revocation(), now.public_key());
        return revocation && revocation->voids(*card);
    }

    TemporaryFolder folder_;
    ManualClock clock_;
    MemberRegister members_{folder_.path(), clock_};
    const std::string one_time_ = generate_keys()->public_key;
    const std::string key_ = generate_keys()->public_key;
    const std::string other_ = generate_keys()->public_key;
};

TEST_F(Members, AnInvitedSiteIsAMemberWhenItWasApproved) {
    ASSERT_TRUE(members_.invite("campus", one_time_, clock_.wall() + kMinute));
    const bool invited = office().is_invited(one_time_);
    ASSERT_TRUE(members_.request(one_time_, key_));
    const bool before = is_member(key_);

    const auto approved = members_.approve("campus");

    EXPECT_TRUE(invited);
    EXPECT_FALSE(before);
    ASSERT_TRUE(approved) << approved.error().message;
    EXPECT_EQ(*approved, key_);
    EXPECT_TRUE(is_member(key_));
    EXPECT_FALSE(is_member(one_time_));
}

TEST_F(Members, AnInvitationIsGoodOnce) {
    ASSERT_TRUE(members_.invite("campus", one_time_, clock_.wall() + kMinute));
    ASSERT_TRUE(members_.request(one_time_, key_));

    const Status again = members_.request(one_time_, other_);

    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::permission);
    EXPECT_FALSE(office().is_invited(one_time_));
    EXPECT_EQ(*members_.approve("campus"), key_);
}

TEST_F(Members, AnInvitationRunsOut) {
    ASSERT_TRUE(members_.invite("campus", one_time_, clock_.wall() + kMinute));

    clock_.advance(2 * kMinute);

    EXPECT_FALSE(office().is_invited(one_time_));
    EXPECT_FALSE(members_.request(one_time_, key_));
}

TEST_F(Members, AWithdrawnInvitationIsRefused) {
    ASSERT_TRUE(members_.invite("campus", one_time_, clock_.wall() + kMinute));

    ASSERT_TRUE(members_.revoke("campus"));

    EXPECT_FALSE(members_.request(one_time_, key_));
}

TEST_F(Members, ARevokedKeyStaysVoidOverRestarts) {
    ASSERT_TRUE(members_.admit("campus", key_));
    const std::string card = office().card_for(key_, {});
    ASSERT_FALSE(card.empty());

    ASSERT_TRUE(members_.revoke("campus"));

    EXPECT_FALSE(is_member(key_));
    EXPECT_TRUE(office().card_for(key_, {}).empty());
    EXPECT_TRUE(voids(card));
}

TEST_F(Members, ACrashInTheMiddleOfRevokingHasRevoked) {
    ASSERT_TRUE(members_.admit("campus", key_));
    const auto entry = read_key_file(members_.folder(Standing::member) / "campus");
    ASSERT_TRUE(members_.revoke("campus"));
    // As it was before the last step: the member's file is still there.
    ASSERT_TRUE(write_key_file(members_.folder(Standing::member) / "campus", *entry));

    EXPECT_FALSE(is_member(key_));
}

TEST_F(Members, AKeyThatIsAdmittedAgainHasALaterEpoch) {
    ASSERT_TRUE(members_.admit("campus", key_));
    const std::string before = office().card_for(key_, {});
    ASSERT_TRUE(members_.revoke("campus"));

    ASSERT_TRUE(members_.admit("campus", key_));  // within the same millisecond

    EXPECT_TRUE(is_member(key_));
    EXPECT_TRUE(voids(before));
    EXPECT_FALSE(voids(office().card_for(key_, {})));
}

TEST_F(Members, AnotherKeyForAnOrganizationVoidsTheFirst) {
    ASSERT_TRUE(members_.admit("campus", key_));
    const std::string card = office().card_for(key_, {});

    ASSERT_TRUE(members_.admit("campus", other_));

    EXPECT_FALSE(is_member(key_));
    EXPECT_TRUE(is_member(other_));
    EXPECT_TRUE(voids(card));
}

TEST_F(Members, EachRevocationHasALargerNumberThanTheLast) {
    ASSERT_TRUE(members_.admit("campus", key_));
    ASSERT_TRUE(members_.admit("clinic", other_));
    ASSERT_TRUE(members_.revoke("campus"));
    CardOffice running = office();
    const std::uint64_t first = running.revocation_number();
    ASSERT_TRUE(members_.revoke("clinic"));  // within the same millisecond
    clock_.advance(std::chrono::seconds(2));

    const bool changed = running.refresh();

    EXPECT_TRUE(changed);
    EXPECT_GT(running.revocation_number(), first);
}

TEST_F(Members, ARevocationIsForgottenWhenEveryCardHasRunOut) {
    ASSERT_TRUE(members_.admit("campus", key_));
    ASSERT_TRUE(members_.revoke("campus"));

    clock_.advance(std::chrono::hours(1) + kCardTolerance);

    EXPECT_TRUE(office().revocation().empty());
    EXPECT_FALSE(is_member(key_));
}

TEST_F(Members, TheListNamesEverybodysStanding) {
    ASSERT_TRUE(members_.admit("campus", key_));
    ASSERT_TRUE(members_.admit("clinic", other_));
    ASSERT_TRUE(members_.revoke("clinic"));
    ASSERT_TRUE(members_.invite("hosting", one_time_, clock_.wall() + kMinute));

    const auto rows = members_.list();

    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 3U);
    EXPECT_EQ((*rows)[0].organization, "hosting");
    EXPECT_EQ((*rows)[0].standing, Standing::invited);
    EXPECT_EQ((*rows)[1].organization, "campus");
    EXPECT_EQ((*rows)[1].standing, Standing::member);
    EXPECT_EQ((*rows)[2].organization, "clinic");
    EXPECT_EQ((*rows)[2].standing, Standing::revoked);
}

TEST_F(Members, NamesAndKeysThatCannotBeAreRefused) {
    EXPECT_EQ(members_.admit("../campus", key_).error().code, Errc::invalid_argument);
    EXPECT_EQ(members_.admit("campus", "no key").error().code, Errc::invalid_argument);
    EXPECT_EQ(members_.revoke("../campus").error().code, Errc::not_found);
    EXPECT_EQ(members_.approve("../campus").error().code, Errc::not_found);
}

}  // namespace
}  // namespace tributary::netlayer
