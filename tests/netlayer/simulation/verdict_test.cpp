// The judge of a finished run, on histories written by hand: section 8 of the protocol rules.
#include "netlayer/simulation/verdict.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer::simulation {
namespace {

Object object(const ObjectId& id, const std::vector<OperationId>& list) {
    Object made{id, list.size(), nullptr};
    for (const OperationId value : list) made.body = with_value(made.body, value);
    return made;
}

/// A history of one process that stays, and one that is lost.
struct Story {
    History history;
    std::size_t stays = history.begin_life(1, 1);
    std::size_t lost = history.begin_life(2, 2);

    Story() { history.end_life(lost, Fate::lost); }

    OperationId add(std::size_t life, Kind kind, std::vector<Object> read, Micros from, Micros to) {
        Operation operation;
        operation.life = life;
        operation.kind = kind;
        for (const Object& seen : read) {
            operation.objects.push_back(seen.id);
            if (kind == Kind::update) operation.writes.push_back(seen.id);
            operation.read[seen.id] = seen;
        }
        operation.invoked = from;
        operation.completed = to;
        operation.outcome = Outcome::completed;
        return history.invoke(operation).id;
    }
};

TEST(Verdict, AcceptsASequentialHistory) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.add(story.lost, Kind::update, {object("a", {1})}, Micros{3}, Micros{4});
    story.add(story.stays, Kind::strict_read, {object("a", {1, 2})}, Micros{5}, Micros{6});

    const Judgement judgement = judge(story.history, {object("a", {1, 2})});

    EXPECT_TRUE(judgement.violations.empty()) << judgement.violations.front();
    EXPECT_EQ(judgement.durable, 2u);
    EXPECT_EQ(judgement.lost, 0u);
}

TEST(Verdict, ReportsALostUpdateOfAProcessThatStayed) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});

    EXPECT_EQ(judge(story.history, {object("a", {})}).violations.size(), 1u);
}

TEST(Verdict, AllowsALostUpdateOfAProcessThatDisconnected) {
    Story story;
    story.add(story.lost, Kind::update, {object("a", {})}, Micros{1}, Micros{2});

    const Judgement judgement = judge(story.history, {object("a", {})});

    EXPECT_TRUE(judgement.violations.empty());
    EXPECT_EQ(judgement.lost, 1u);
}

TEST(Verdict, ReportsALostUpdateThatWasConfirmedAsDurable) {
    Story story;
    const OperationId id =
        story.add(story.lost, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.history.at(id).confirmed = true;

    EXPECT_EQ(judge(story.history, {object("a", {})}).violations.size(), 1u);
}

TEST(Verdict, ReportsAnUpdateContainedTwice) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});

    EXPECT_FALSE(judge(story.history, {object("a", {1, 1})}).violations.empty());
}

TEST(Verdict, ReportsAnUpdateContainedInOneOfItsTwoObjects) {
    Story story;
    story.add(story.lost, Kind::update, {object("a", {}), object("b", {})}, Micros{1}, Micros{2});

    const auto violations = judge(story.history, {object("a", {1}), object("b", {})}).violations;

    ASSERT_FALSE(violations.empty());
    EXPECT_NE(violations[0].find("1 of the 2 objects"), std::string::npos);
}

TEST(Verdict, ReportsAReadOfAValueThatDoesNotEndure) {
    Story story;
    story.add(story.lost, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.add(story.stays, Kind::strict_read, {object("a", {1})}, Micros{3}, Micros{4});

    EXPECT_EQ(judge(story.history, {object("a", {})}).violations.size(), 1u);
}

TEST(Verdict, ReportsAStaleStrictRead) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.add(story.stays, Kind::strict_read, {object("a", {})}, Micros{3}, Micros{4});

    EXPECT_EQ(judge(story.history, {object("a", {1})}).violations.size(), 1u);
}

// C3: a stale read counts even at a process that disconnects later.
TEST(Verdict, ReportsAStaleStrictReadOfAProcessThatIsLost) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.add(story.lost, Kind::strict_read, {object("a", {})}, Micros{3}, Micros{4});

    EXPECT_EQ(judge(story.history, {object("a", {1})}).violations.size(), 1u);
}

TEST(Verdict, AllowsAStaleLocalRead) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{2});
    story.add(story.stays, Kind::local_read, {object("a", {})}, Micros{3}, Micros{4});

    EXPECT_TRUE(judge(story.history, {object("a", {1})}).violations.empty());
}

TEST(Verdict, AllowsAConcurrentReadOfEitherValue) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{9});
    story.add(story.stays, Kind::strict_read, {object("a", {})}, Micros{3}, Micros{4});
    story.add(story.stays, Kind::strict_read, {object("a", {1})}, Micros{5}, Micros{6});

    EXPECT_TRUE(judge(story.history, {object("a", {1})}).violations.empty());
}

TEST(Verdict, ReportsReadsThatGoBackInTime) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{9});
    story.add(story.stays, Kind::strict_read, {object("a", {1})}, Micros{3}, Micros{4});
    story.add(story.stays, Kind::strict_read, {object("a", {})}, Micros{5}, Micros{6});

    EXPECT_EQ(judge(story.history, {object("a", {1})}).violations.size(), 1u);
}

// Two reads of two objects each that see the two updates in opposite order: no single order fits.
TEST(Verdict, ReportsTwoReadersThatSeeTwoUpdatesInOppositeOrder) {
    Story story;
    story.add(story.stays, Kind::update, {object("a", {})}, Micros{1}, Micros{20});
    story.add(story.stays, Kind::update, {object("b", {})}, Micros{1}, Micros{20});
    story.add(story.stays, Kind::multi_read, {object("a", {1}), object("b", {})}, Micros{2},
              Micros{19});
    story.add(story.stays, Kind::multi_read, {object("a", {}), object("b", {2})}, Micros{2},
              Micros{19});

    const auto violations = judge(story.history, {object("a", {1}), object("b", {2})}).violations;

    EXPECT_EQ(violations.size(), 1u);
}

}  // namespace
}  // namespace tributary::netlayer::simulation
