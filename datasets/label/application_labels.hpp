#pragma once
// Labels by the application that a plug-in recognized while the flow was metered. The class of
// "HTTP_Proxy" is "app-http_proxy". Only what was seen in packets is a label; exports have none.
// Source: docs/features.md, section on labels. One thread.

#include <memory>
#include <vector>

#include "datasets/application/application_watcher.hpp"
#include "datasets/label/label_source.hpp"

namespace tributary::datasets {

class ApplicationLabels final : public LabelSource {
 public:
    /// @param watcher  must outlive the source
    explicit ApplicationLabels(const ApplicationWatcher& watcher);

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const Coverage& coverage() const override { return coverage_; }

 private:
    [[nodiscard]] LabelVote decide(const FlowRecord& flow) override;

    std::string name_;
    std::vector<ClassName> classes_;  ///< by the number of the application
    Coverage coverage_;
};

/// @param application  as a library names it
/// @return             the name of its class; characters that may not be in one become '-'
ClassName class_of_application(const std::string& application);

}  // namespace tributary::datasets
