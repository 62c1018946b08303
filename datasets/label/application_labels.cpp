#include "datasets/label/application_labels.hpp"

#include <algorithm>
#include <cctype>
#include <limits>

#include "datasets/label/class_name.hpp"

namespace tributary::datasets {

ClassName class_of_application(const std::string& application) {
    ClassName made = "app-";
    for (const char c : application) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_kept = std::isalnum(byte) != 0 || c == '_' || c == '.';
        made += is_kept ? static_cast<char>(std::tolower(byte)) : '-';
    }
    made.resize(std::min(made.size(), kMaxClassNameBytes));
    return made;
}

ApplicationLabels::ApplicationLabels(const ApplicationWatcher& watcher)
    : name_(watcher.description()), classes_(1) {
    constexpr std::uint16_t kLast = std::numeric_limits<std::uint16_t>::max();
    for (std::uint16_t application = 1; application < kLast; ++application) {
        const std::string known = watcher.name_of(application);
        if (known.empty()) break;
        classes_.push_back(class_of_application(known));
        coverage_.insert(classes_.back());
    }
}

LabelVote ApplicationLabels::decide(const FlowRecord& flow) {
    if (flow.application == 0 || flow.application >= classes_.size()) return {};
    return {classes_[flow.application], 1.0, name_, "first packets of the flow"};
}

}  // namespace tributary::datasets
