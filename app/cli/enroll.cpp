#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/coordinator/invitation.hpp"
#include "base/file.hpp"
#include "netlayer/driver/enrolment.hpp"

namespace tributary::app {

namespace {

struct EnrollOptions {
    std::string invitation;
    std::string state;
    bool json = false;
};

Result<int> run_enroll(const EnrollOptions& options) {
    TRIBUTARY_TRY(const OneTimeInvitation invited, parse_invitation(options.invitation));
    const Invitation& invitation = invited.invitation;
    TRIBUTARY_CHECK(make_folder(options.state));
    TRIBUTARY_TRY(const netlayer::KeyPair keys, netlayer::load_or_create_keys(options.state));
    netlayer::EnrolmentRequest request;
    request.endpoint = invitation.endpoint;
    request.server_key = invitation.public_key;
    request.one_time = invited.keys;
    request.public_key = keys.public_key;
    TRIBUTARY_CHECK(netlayer::request_enrolment(request));
    TRIBUTARY_CHECK(
        write_invitation(std::filesystem::path(options.state) / kInvitationFile, invitation));
    const std::string print = netlayer::fingerprint_of_key(keys.public_key);
    if (options.json) {
        std::cout << nlohmann::ordered_json{{"schema", 1},
                                            {"organization", invitation.organization},
                                            {"standing", "pending"},
                                            {"fingerprint", print},
                                            {"public_key", keys.public_key}}
                         .dump()
                  << "\n";
        return kExitDone;
    }
    std::cout << "asked to be admitted as " << invitation.organization << "\nfingerprint " << print
              << "\n";
    std::cerr << "Tell the fingerprint to the coordinator's operator, who runs:\n"
              << "  tributary coordinator approve --state DIR --organization "
              << invitation.organization << " --fingerprint " << print
              << "\nThen start: tributary agent --state " << options.state << "\n";
    return kExitDone;
}

}  // namespace

void add_enroll(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<EnrollOptions>();
    CLI::App* command =
        root.add_subcommand("enroll", "Make a site's keys and ask the coordinator to admit it");
    command
        ->add_option("invitation", options->invitation,
                     "The line from `tributary coordinator invite`, or a file that holds it")
        ->required();
    command->add_option("--state", options->state, "Folder of the site's agent")->required();
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [&invocation, options] { invocation.run = [options] { return run_enroll(*options); }; });
}

}  // namespace tributary::app
