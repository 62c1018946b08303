#include "datasets/label/label_policy.hpp"

#include <gmock/gmock.h>

#include "tests/datasets/feature/flow_maker.hpp"

namespace tributary::datasets {
namespace {

using ::testing::HasSubstr;

/// Says the same of every flow.
class FixedSource final : public LabelSource {
 public:
    FixedSource(std::string name, ClassName says, double confidence)
        : name_(std::move(name)), says_(std::move(says)), confidence_(confidence) {
        coverage_ = {name_ + "-class"};
    }
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }

 private:
    [[nodiscard]] LabelVote decide(const FlowRecord&) override {
        return {says_, confidence_, name_, "fixed"};
    }

    std::string name_;
    ClassName says_;
    double confidence_;
    Coverage coverage_;
};

TEST(LabelPolicy, LowerPriorityNumberDecidesWhateverItsConfidence) {
    FixedSource first("first", "scan", 0.1), second("second", "normal", 1);
    LabelPolicy policy;
    policy.add(second, 2);
    policy.add(first, 1);

    const LabelDecision decision = policy.decide(testing::tcp_flow());

    EXPECT_EQ(decision.vote.class_name, "scan");
    EXPECT_EQ(decision.coverage, &first.coverage());
    EXPECT_EQ(second.counts().by_class.at("normal"), 1u);
}

TEST(LabelPolicy, SourceWithoutAnOpinionLeavesTheDecisionToTheNext) {
    FixedSource silent("silent", "", 0), second("second", "scan", 0.5);
    LabelPolicy policy;
    policy.add(silent, 1);
    policy.add(second, 2);

    EXPECT_EQ(policy.decide(testing::tcp_flow()).vote.class_name, "scan");
}

TEST(LabelPolicy, HigherConfidenceDecidesAmongEquals) {
    FixedSource weak("weak", "normal", 0.4), strong("strong", "scan", 0.9);
    LabelPolicy policy;
    policy.add(weak, 1);
    policy.add(strong, 1);

    EXPECT_EQ(policy.decide(testing::tcp_flow()).vote.source, "strong");
}

TEST(LabelPolicy, ContradictionBecomesUnknownAndIsCounted) {
    FixedSource one("one", "scan", 0.9), other("other", "normal", 0.9);
    LabelPolicy policy;
    policy.add(one, 1);
    policy.add(other, 1);

    const LabelDecision decision = policy.decide(testing::tcp_flow());

    EXPECT_TRUE(decision.conflict);
    EXPECT_EQ(decision.vote.class_name, "");
    EXPECT_EQ(decision.coverage, nullptr);
    EXPECT_THAT(decision.vote.evidence, HasSubstr("one says scan, other says normal"));
    EXPECT_EQ(policy.counts().conflicts, 1u);
    EXPECT_EQ(policy.counts().unknown, 1u);
}

TEST(LabelPolicy, AgreementIsNoConflict) {
    FixedSource one("one", "scan", 0.9), other("other", "scan", 0.9);
    LabelPolicy policy;
    policy.add(one, 1);
    policy.add(other, 1);

    EXPECT_EQ(policy.decide(testing::tcp_flow()).vote.class_name, "scan");
    EXPECT_EQ(policy.counts().conflicts, 0u);
}

}  // namespace
}  // namespace tributary::datasets
