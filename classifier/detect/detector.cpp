#include "classifier/detect/detector.hpp"

namespace tributary::classifier {

Status Detector::detect(const FeatureMatrix& rows, Detections& into) {
    if (!rows.empty() && rows.width() != ensemble_.width()) {
        return fail(Errc::mismatch, "records are " + std::to_string(rows.width()) +
                                        " features wide, the classifiers " +
                                        std::to_string(ensemble_.width()) +
                                        ". Encode the records with the classifiers' schema");
    }
    const std::vector<Member>& members = ensemble_.members();
    into.scores.resize(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
        into.scores[m].resize(rows.rows());
        members[m].predictor.score(rows, into.scores[m]);
    }
    into.decisions.resize(rows.rows());
    row_scores_.resize(members.size());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        for (std::size_t m = 0; m < members.size(); ++m) row_scores_[m] = into.scores[m][i];
        into.decisions[i] = ensemble_.decide(row_scores_);
    }
    return {};
}

}  // namespace tributary::classifier
