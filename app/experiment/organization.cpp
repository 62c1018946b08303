#include "app/experiment/organization.hpp"

namespace tributary::app {

namespace {

Result<FlowInput> find_input(const std::filesystem::path& samples, const std::string& stem,
                             const char* version) {
    FlowInput input;
    for (const std::string& name : {stem, stem + "-" + version}) {
        const auto file = samples / (name + ".pcap.zst");
        if (std::filesystem::exists(file)) input.files.push_back(file);
    }
    input.rules = samples / (stem + ".rules");
    if (input.files.empty() || !std::filesystem::exists(*input.rules)) {
        return fail(Errc::not_found, "there is no capture " + stem +
                                         ".pcap.zst with its rules in " + samples.string());
    }
    return input;
}

}  // namespace

Result<std::vector<Organization>> find_organizations(const std::filesystem::path& samples) {
    std::vector<Organization> organizations;
    for (const char* name : {"campus", "hosting", "clinic"}) {
        Organization organization;
        organization.name = name;
        TRIBUTARY_TRY(organization.train, find_input(samples, organization.name + "-train", "v9"));
        TRIBUTARY_TRY(organization.test, find_input(samples, organization.name + "-test", "v5"));
        organizations.push_back(std::move(organization));
    }
    return organizations;
}

}  // namespace tributary::app
