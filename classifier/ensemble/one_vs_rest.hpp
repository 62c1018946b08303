#pragma once
// One-against-rest: several classes scored together, each with the threshold of this site. The
// verdict of a record is the class with the largest excess over its threshold, or none.
// Invariants: one model per class; all of one width; thresholds are never negative.
// Immutable after construction but for thresholds; scoring from any thread.
// Source: design of the classifier, section 1 (threshold).

#include <string>
#include <vector>

#include "classifier/predict/predictor.hpp"

namespace tributary::classifier {

/// Share of the site's own held-out training normals that a threshold lets through.
inline constexpr double kNormalsAbove = 0.002;
inline constexpr std::size_t kMemberLimit = 256;

/// max(0, the score that `share` of the normals exceed); never computed from test data.
/// @param normal_scores  scores of held-out normals; reordered; empty gives 0
double threshold_from_normals(std::span<double> normal_scores, double share = kNormalsAbove);

struct Member {
    std::string class_name;
    std::string object_id;
    std::uint64_t version = 0;
    double threshold = 0;
    Predictor predictor;
};

/// The decision about one record.
struct Decision {
    int member = -1;    ///< index of the class, -1: none
    double excess = 0;  ///< score - threshold of that class
};

class OneVsRest {
 public:
    explicit OneVsRest(std::size_t width) : width_(width) {}

    /// @error mismatch (another width), conflict (class is there), limit_exceeded
    Status add(Member member);
    /// Sets every member's threshold from normals that trained none of them.
    /// @error mismatch (another width)
    Status calibrate(const FeatureMatrix& held_out_normals, double share = kNormalsAbove);

    /// @param scores  one per member, in the order of members()
    [[nodiscard]] Decision decide(std::span<const double> scores) const;

    [[nodiscard]] const std::vector<Member>& members() const { return members_; }
    [[nodiscard]] std::size_t width() const { return width_; }

 private:
    std::size_t width_;
    std::vector<Member> members_;
};

}  // namespace tributary::classifier
