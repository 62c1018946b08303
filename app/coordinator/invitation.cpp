#include "app/coordinator/invitation.hpp"

#include <sodium.h>

#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kInvitationLimit = 4096;
constexpr std::string_view kPrefix = "tributary-invitation-1.";
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string field(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string to_base64(const std::string& text) {
    std::string made(sodium_base64_ENCODED_LEN(text.size(), kVariant), '\0');
    sodium_bin2base64(made.data(), made.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), kVariant);
    made.pop_back();  // the terminating zero
    return made;
}

/// Empty when it is no base64.
std::string from_base64(std::string_view text) {
    std::string made(text.size(), '\0');
    std::size_t size = 0;
    const int failed =
        sodium_base642bin(reinterpret_cast<unsigned char*>(made.data()), made.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, kVariant);
    made.resize(failed == 0 ? size : 0);
    return made;
}

tl::unexpected<Error> no_invitation() {
    return fail(Errc::corrupt,
                "this is no invitation. Paste the whole line that the coordinator's operator got "
                "from: tributary coordinator invite --state DIR --organization NAME");
}

}  // namespace

Result<Invitation> read_invitation(const std::filesystem::path& file) {
    const auto bytes = read_file(file, kInvitationLimit);
    if (!bytes) {
        Error error = bytes.error();
        error.message +=
            ". The coordinator writes the invitation to its state folder when it "
            "starts: tributary coordinator --state DIR";
        return fail(error);
    }
    const Json json = Json::parse(as_text(*bytes), nullptr, false);
    Invitation invitation;
    if (json.is_object()) {
        invitation = {field(json, "endpoint"), field(json, "public_key"),
                      field(json, "organization")};
    }
    if (!invitation.endpoint.empty() && !invitation.public_key.empty()) return invitation;
    return fail(Errc::corrupt, file.string() +
                                   " is not an invitation. The coordinator writes one to its "
                                   "state folder: invitation.json");
}

Status write_invitation(const std::filesystem::path& file, const Invitation& invitation) {
    Json json{
        {"schema", 1}, {"endpoint", invitation.endpoint}, {"public_key", invitation.public_key}};
    if (!invitation.organization.empty()) json["organization"] = invitation.organization;
    return write_file_atomically(file, to_bytes(json.dump() + "\n"));
}

std::string invitation_text(const OneTimeInvitation& invitation) {
    const Json json{
        {"endpoint", invitation.invitation.endpoint},
        {"public_key", invitation.invitation.public_key},
        {"organization", invitation.invitation.organization},
        {"one_time_public", invitation.keys.public_key},
        {"one_time_secret", invitation.keys.secret_key},
        {"until_ms",
         std::chrono::duration_cast<std::chrono::milliseconds>(invitation.until).count()},
    };
    return std::string(kPrefix) + to_base64(json.dump());
}

Result<OneTimeInvitation> parse_invitation(const std::string& text) {
    std::string line = text;
    if (!line.starts_with(kPrefix)) {
        const auto bytes = read_file(text, kInvitationLimit);
        if (!bytes) return no_invitation();
        line = as_text(*bytes);
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    if (!line.starts_with(kPrefix)) return no_invitation();
    const Json json = Json::parse(from_base64(line.substr(kPrefix.size())), nullptr, false);
    if (!json.is_object()) return no_invitation();
    OneTimeInvitation made;
    made.invitation = {field(json, "endpoint"), field(json, "public_key"),
                       field(json, "organization")};
    made.keys = {field(json, "one_time_public"), field(json, "one_time_secret")};
    const auto until = json.find("until_ms");
    if (until != json.end() && until->is_number_unsigned()) {
        made.until = std::chrono::milliseconds(until->get<std::int64_t>());
    }
    const bool whole = netlayer::is_key_text(made.invitation.public_key) &&
                       netlayer::is_key_text(made.keys.public_key) &&
                       netlayer::is_key_text(made.keys.secret_key) &&
                       netlayer::is_member_name(made.invitation.organization);
    if (!whole) return no_invitation();
    return made;
}

}  // namespace tributary::app
