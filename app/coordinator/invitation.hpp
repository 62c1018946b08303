#pragma once
// What a site is given to find the coordinator: its address and key, as a file; and the invitation
// that also admits one site, as a line of text that can be pasted into a shell.
// Invariant: the secret of an invitation stands in its text alone; the coordinator keeps only the
// public half. Formats: <state>/invitation.json {schema, endpoint, public_key, organization}; a
// line "tributary-invitation-1." and the URL-safe base64 of a JSON object.
// Values and functions; any thread. operations section 1.

#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::app {

inline constexpr const char* kInvitationFile = "invitation.json";

struct Invitation {
    std::string endpoint;
    std::string public_key;
    std::string organization;  ///< empty in the coordinator's own file
};

/// @error not_found, corrupt
Result<Invitation> read_invitation(const std::filesystem::path& file);
/// @error permission, io
Status write_invitation(const std::filesystem::path& file, const Invitation& invitation);

/// An invitation for one site, to be used once.
struct OneTimeInvitation {
    Invitation invitation;
    netlayer::KeyPair keys;  ///< what the site shows to be let in
    Micros until{0};         ///< since 1970
};

std::string invitation_text(const OneTimeInvitation& invitation);
/// @param text  the line, or the name of a file that holds it
/// @error corrupt
Result<OneTimeInvitation> parse_invitation(const std::string& text);

}  // namespace tributary::app
