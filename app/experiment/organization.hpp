#pragma once
// The organizations of an experiment: whose captures, with which label rules. Values.

#include <filesystem>
#include <string>
#include <vector>

#include "app/service/labelled_flows.hpp"

namespace tributary::app {

/// One organization's captures and label rules.
struct Organization {
    std::string name;
    FlowInput train;
    FlowInput test;
};

/// The captures `<name>-train*.pcap.zst` and `<name>-test*.pcap.zst` with their rules in a folder
/// of samples; of an organization that exports flows, v9 for training and v5 for the test.
/// @error not_found, naming the missing file
Result<std::vector<Organization>> find_organizations(const std::filesystem::path& samples);

}  // namespace tributary::app
