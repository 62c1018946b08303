#include "classifier/ensemble/one_vs_rest.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace tributary::classifier {

double threshold_from_normals(std::span<double> normal_scores, double share) {
    if (normal_scores.empty()) return 0;
    // Rounded to the nearest: with a few hundred normals the highest score is one odd record.
    const double allowed = std::round(share * static_cast<double>(normal_scores.size()));
    const std::size_t above =
        std::min(normal_scores.size() - 1, static_cast<std::size_t>(std::max(0.0, allowed)));
    const auto place = normal_scores.begin() + static_cast<std::ptrdiff_t>(above);
    std::ranges::nth_element(normal_scores, place, std::ranges::greater{});
    return std::max(0.0, *place);
}

Status OneVsRest::add(Member member) {
    if (member.predictor.width() != width_) {
        return fail(Errc::mismatch, "classifier " + member.object_id + " is " +
                                        std::to_string(member.predictor.width()) +
                                        " features wide, the others are " + std::to_string(width_) +
                                        ". Use classifiers of one schema together");
    }
    if (members_.size() >= kMemberLimit) {
        return fail(Errc::limit_exceeded,
                    "at most " + std::to_string(kMemberLimit) + " classifiers work together");
    }
    for (const Member& other : members_) {
        if (other.class_name == member.class_name) {
            return fail(Errc::conflict, "class " + member.class_name +
                                            " has a classifier already (" + other.object_id + ")");
        }
    }
    members_.push_back(std::move(member));
    return {};
}

Status OneVsRest::calibrate(const FeatureMatrix& held_out_normals, double share) {
    if (!held_out_normals.empty() && held_out_normals.width() != width_) {
        return fail(Errc::mismatch, "the held-out records are of another schema");
    }
    std::vector<double> scores(held_out_normals.rows());
    for (Member& member : members_) {
        member.predictor.score(held_out_normals, scores);
        member.threshold = threshold_from_normals(scores, share);
    }
    return {};
}

Decision OneVsRest::decide(std::span<const double> scores) const {
    TRIBUTARY_ASSERT(scores.size() == members_.size());
    Decision decision;
    for (std::size_t m = 0; m < scores.size(); ++m) {
        const double excess = scores[m] - members_[m].threshold;
        if (excess > 0 && excess > decision.excess) decision = {static_cast<int>(m), excess};
    }
    return decision;
}

}  // namespace tributary::classifier
