#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

LabelVote LabelSource::label(const FlowRecord& flow) {
    LabelVote vote = decide(flow);
    if (vote.class_name.empty()) {
        ++counts_.unknown;
    } else {
        ++counts_.by_class[vote.class_name];
    }
    return vote;
}

}  // namespace tributary::datasets
