// The coordinator's register of members on the command line. Works beside a running coordinator,
// which follows the register, and without one.
#include "app/cli/coordinator_members.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.hpp"
#include "app/coordinator/invitation.hpp"
#include "base/clock.hpp"
#include "netlayer/identity/member_register.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using netlayer::MemberRegister;

const SystemClock kClock;  // has no state

struct MemberOptions {
    std::string state;
    std::string organization;
    std::string key;
    std::string fingerprint;
    int valid_minutes = 60;
    bool yes = false;
    bool json = false;
};

/// A misspelt folder must not become a register that no coordinator reads.
Result<MemberRegister> open_register(const std::filesystem::path& state) {
    MemberRegister members(state, kClock);
    if (std::filesystem::is_directory(members.folder(netlayer::Standing::member))) return members;
    return fail(Errc::not_found, state.string() +
                                     " is not the folder of a coordinator. Give the --state of one "
                                     "that was started before: tributary coordinator --state DIR");
}

Result<int> run_authorize(const MemberOptions& options) {
    TRIBUTARY_TRY(MemberRegister members, open_register(options.state));
    TRIBUTARY_CHECK(members.admit(options.organization, options.key));
    return kExitDone;
}

Result<int> run_invite(const MemberOptions& options) {
    TRIBUTARY_TRY(MemberRegister members, open_register(options.state));
    OneTimeInvitation made;
    TRIBUTARY_TRY(made.invitation,
                  read_invitation(std::filesystem::path(options.state) / kInvitationFile));
    made.invitation.organization = options.organization;
    TRIBUTARY_TRY(made.keys, netlayer::generate_keys());
    made.until = kClock.wall() + std::chrono::minutes(options.valid_minutes);
    TRIBUTARY_CHECK(members.invite(options.organization, made.keys.public_key, made.until));
    const std::string text = invitation_text(made);
    if (options.json) {
        std::cout << Json{{"schema", 1},
                          {"organization", options.organization},
                          {"invitation", text},
                          {"valid_minutes", options.valid_minutes}}
                         .dump()
                  << "\n";
        return kExitDone;
    }
    std::cout << text << "\n";
    std::cerr << "good once, for " << options.valid_minutes << " minutes. The site runs:\n"
              << "  tributary enroll INVITATION --state DIR\n";
    return kExitDone;
}

Result<int> run_approve(const MemberOptions& options) {
    TRIBUTARY_TRY(MemberRegister members, open_register(options.state));
    if (!options.fingerprint.empty()) {
        TRIBUTARY_TRY(const auto rows, members.list());
        for (const netlayer::RegisterRow& row : rows) {
            const bool asks = row.standing == netlayer::Standing::pending &&
                              row.organization == options.organization;
            const std::string print = netlayer::fingerprint_of_key(row.public_key);
            if (!asks || print == options.fingerprint) continue;
            return fail(Errc::permission, "the key that waits for " + options.organization +
                                              " has the fingerprint " + print + ", not " +
                                              options.fingerprint +
                                              ". Somebody else may have used the invitation: "
                                              "tributary coordinator revoke, and invite again");
        }
    }
    TRIBUTARY_TRY(const std::string key, members.approve(options.organization));
    const std::string print = netlayer::fingerprint_of_key(key);
    if (options.json) {
        std::cout << Json{{"schema", 1},
                          {"organization", options.organization},
                          {"fingerprint", print},
                          {"public_key", key}}
                         .dump()
                  << "\n";
    } else {
        std::cout << options.organization << " is a member now, by the key " << print << "\n";
    }
    return kExitDone;
}

/// Asks on a terminal; elsewhere only --yes counts.
bool is_sure(const MemberOptions& options) {
    if (options.yes) return true;
    if (isatty(STDIN_FILENO) == 0) return false;
    std::cerr << "revoke " << options.organization << "? Its links end at once. [y/N] ";
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

Result<int> run_revoke(const MemberOptions& options) {
    TRIBUTARY_TRY(MemberRegister members, open_register(options.state));
    if (!is_sure(options)) {
        return fail(Errc::invalid_argument,
                    "nothing was revoked. To revoke without being asked "
                    "give --yes");
    }
    TRIBUTARY_CHECK(members.revoke(options.organization));
    return kExitDone;
}

Result<int> run_list(const MemberOptions& options) {
    TRIBUTARY_TRY(MemberRegister members, open_register(options.state));
    TRIBUTARY_TRY(const auto rows, members.list());
    Json json = Json::array();
    for (const netlayer::RegisterRow& row : rows) {
        const std::string print = netlayer::fingerprint_of_key(row.public_key);
        const char* standing = netlayer::standing_name(row.standing);
        if (options.json) {
            json.push_back({{"organization", row.organization},
                            {"standing", standing},
                            {"fingerprint", print},
                            {"public_key", row.public_key}});
        } else {
            std::cout << standing << "\t" << print << "\t" << row.organization << "\n";
        }
    }
    if (options.json) std::cout << Json{{"schema", 1}, {"rows", json}}.dump() << "\n";
    return kExitDone;
}

using Run = Result<int> (*)(const MemberOptions&);

/// A subcommand on a coordinator's folder.
CLI::App* add(CLI::App& parent, Invocation& invocation, const char* name, const char* what, Run run,
              const std::shared_ptr<MemberOptions>& options) {
    CLI::App* command = parent.add_subcommand(name, what);
    command->add_option("--state", options->state, "Folder of the coordinator")->required();
    command->callback(
        [&invocation, options, run] { invocation.run = [options, run] { return run(*options); }; });
    return command;
}

void add_organization(CLI::App& command, MemberOptions& options, const char* names) {
    command.add_option(names, options.organization, "Name of the organization")->required();
}

}  // namespace

void add_member_commands(CLI::App& parent, Invocation& invocation) {
    const auto options = std::make_shared<MemberOptions>();
    CLI::App* invite =
        add(parent, invocation, "invite",
            "Print an invitation with which one site may ask to be admitted", run_invite, options);
    add_organization(*invite, *options, "--organization");
    invite->add_option("--valid-minutes", options->valid_minutes, "How long it may be used")
        ->check(CLI::Range(1, 7 * 24 * 60))
        ->capture_default_str();
    invite->add_flag("--json", options->json, "Print one JSON object");

    CLI::App* approve = add(parent, invocation, "approve", "Admit the site that used an invitation",
                            run_approve, options);
    add_organization(*approve, *options, "--organization");
    approve->add_option("--fingerprint", options->fingerprint,
                        "Only if its key has this fingerprint, as the site was told");
    approve->add_flag("--json", options->json, "Print one JSON object");

    CLI::App* authorize = add(parent, invocation, "authorize", "Admit a key without an invitation",
                              run_authorize, options);
    add_organization(*authorize, *options, "--name,--organization");
    authorize
        ->add_option("--key", options->key, "Its public key, as `tributary agent init` prints it")
        ->required();

    CLI::App* revoke = add(parent, invocation, "revoke",
                           "Void a member's key, or withdraw an invitation; links end at once",
                           run_revoke, options);
    add_organization(*revoke, *options, "--organization");
    revoke->add_flag("--yes", options->yes, "Do not ask");

    CLI::App* members =
        add(parent, invocation, "members", "List who is invited, waits, is a member or was revoked",
            run_list, options);
    members->add_flag("--json", options->json, "Print one JSON object");
}

}  // namespace tributary::app
