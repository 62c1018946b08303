#include "netlayer/identity/member_register.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>

#include "base/file.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::array kStandings{Standing::invited, Standing::pending, Standing::member,
                                Standing::revoked};

Status check(const std::string& organization, const std::string& public_key) {
    if (!is_member_name(organization)) {
        return fail(Errc::invalid_argument,
                    "\"" + organization +
                        "\" cannot name a member: letters, digits, dot, dash, underscore");
    }
    if (!is_key_text(public_key)) {
        return fail(Errc::invalid_argument,
                    "this is no public key: 40 characters as in the member's curve.public");
    }
    return {};
}

Status remove_file(const std::filesystem::path& file) {
    std::error_code problem;
    std::filesystem::remove(file, problem);
    if (!problem) return {};
    return fail(Errc::io, "cannot remove " + file.string() + ": " + problem.message());
}

Status write_entry(const std::filesystem::path& folder, const std::string& name,
                   const KeyEntry& entry) {
    TRIBUTARY_CHECK(make_folder(folder));
    return write_key_file(folder / name, entry);
}

}  // namespace

const char* standing_name(Standing standing) {
    constexpr std::array kNames{"invited", "pending", "member", "revoked"};
    return kNames.at(static_cast<std::size_t>(standing));
}

std::filesystem::path MemberRegister::folder(Standing standing) const {
    return state_ / (standing == Standing::member ? "authorized" : standing_name(standing));
}

std::uint64_t MemberRegister::now_ms() const {
    return static_cast<std::uint64_t>(clock_.wall().count() / 1000);
}

/// An organization may have had several keys.
std::filesystem::path MemberRegister::revoked_file(const std::string& public_key) const {
    std::ostringstream name;
    name << std::hex << std::setw(16) << std::setfill('0') << process_id_of_key(public_key);
    return folder(Standing::revoked) / name.str();
}

Status MemberRegister::invite(const std::string& organization, const std::string& one_time_key,
                              Micros until) {
    TRIBUTARY_CHECK(check(organization, one_time_key));
    if (std::filesystem::exists(folder(Standing::member) / organization)) {
        return fail(Errc::conflict, organization +
                                        " is a member already. For a new key revoke it first: "
                                        "tributary coordinator revoke");
    }
    const auto until_ms = static_cast<std::uint64_t>(until.count() / 1000);
    return write_entry(folder(Standing::invited), organization,
                       {one_time_key, until_ms, organization});
}

Status MemberRegister::request(const std::string& one_time_key, const std::string& public_key) {
    KeyFolder invited(folder(Standing::invited), clock_);
    const auto invitation = invited.find(one_time_key);
    if (!invitation || invitation->number < now_ms()) {
        return fail(Errc::permission, "there is no such invitation, or its time is over");
    }
    TRIBUTARY_CHECK(check(invitation->organization, public_key));
    TRIBUTARY_CHECK(write_entry(folder(Standing::pending), invitation->organization,
                                {public_key, now_ms(), invitation->organization}));
    return remove_file(folder(Standing::invited) / invitation->organization);
}

Result<std::string> MemberRegister::approve(const std::string& organization) {
    const std::filesystem::path file = folder(Standing::pending) / organization;
    const auto waiting = read_key_file(file);
    if (!is_member_name(organization) || !waiting) {
        return fail(Errc::not_found, "nobody waits to be admitted as \"" + organization +
                                         "\". See who does: tributary coordinator members");
    }
    TRIBUTARY_CHECK(admit(organization, waiting->public_key));
    TRIBUTARY_CHECK(remove_file(file));
    return waiting->public_key;
}

Status MemberRegister::admit(const std::string& organization, const std::string& public_key) {
    TRIBUTARY_CHECK(check(organization, public_key));
    const std::filesystem::path file = folder(Standing::member) / organization;
    std::uint64_t epoch = now_ms();
    if (const auto present = read_key_file(file)) {
        const auto voided = read_key_file(revoked_file(public_key));
        const bool valid = !voided || voided->number < present->number;
        if (present->public_key == public_key && valid) return {};
        if (present->public_key != public_key) TRIBUTARY_CHECK(void_key(*present));
    }
    if (const auto voided = read_key_file(revoked_file(public_key))) {
        epoch = std::max(epoch, voided->number + 1);
    }
    return write_entry(folder(Standing::member), organization, {public_key, epoch, organization});
}

Status MemberRegister::void_key(const KeyEntry& member) {
    // Larger than every number given so far: it is also the number of the whole revocation.
    std::uint64_t epoch = std::max(now_ms(), member.number);
    KeyFolder revoked(folder(Standing::revoked), clock_);
    revoked.refresh();
    for (const auto& [key, entry] : revoked.entries()) epoch = std::max(epoch, entry.number + 1);
    TRIBUTARY_CHECK(make_folder(folder(Standing::revoked)));
    return write_key_file(revoked_file(member.public_key),
                          {member.public_key, epoch, member.organization});
}

Status MemberRegister::revoke(const std::string& organization) {
    bool found = false;
    if (is_member_name(organization)) {
        const std::filesystem::path file = folder(Standing::member) / organization;
        if (const auto member = read_key_file(file)) {
            found = true;
            TRIBUTARY_CHECK(void_key(*member));
            TRIBUTARY_CHECK(remove_file(file));
        }
        for (const Standing standing : {Standing::invited, Standing::pending}) {
            const std::filesystem::path waiting = folder(standing) / organization;
            found = found || std::filesystem::exists(waiting);
            TRIBUTARY_CHECK(remove_file(waiting));
        }
    }
    if (found) return {};
    return fail(Errc::not_found, "there is no member \"" + organization +
                                     "\". See who is: tributary coordinator members");
}

Result<std::vector<RegisterRow>> MemberRegister::list() const {
    std::vector<RegisterRow> rows;
    for (const Standing standing : kStandings) {
        KeyFolder keys(folder(standing), clock_);
        keys.refresh();
        for (const auto& [key, entry] : keys.entries()) {
            if (standing == Standing::invited && entry.number < now_ms()) continue;
            rows.push_back({entry.organization, standing, key, entry.number});
        }
    }
    std::sort(rows.begin(), rows.end(), [](const RegisterRow& a, const RegisterRow& b) {
        return std::tie(a.standing, a.organization, a.number) <
               std::tie(b.standing, b.organization, b.number);
    });
    return rows;
}

}  // namespace tributary::netlayer
