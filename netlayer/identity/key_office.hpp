#pragma once
// Gives members their keys in the search tree. Members are named ORGANIZATION[.SITE[.ANYTHING]]; by
// the organization rule those of one organization, and of one of its sites, are neighbours in key
// order, and numbers that come in order do not build a path (netlayer/overlay/keys).
// Invariants: a member keeps its key, also over restarts; no key is given twice; a key is on disk
// before anybody hears of it.
// @deviates After a bisection a member has two keys until it joins the next time: it stands in the
// tree with the one before.
// File: one line a member in the order in which they came, `id,key,before,name`; before 0: none.
// One thread. Overlay design, decision 5.

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/identity/member_card.hpp"
#include "netlayer/overlay_view.hpp"

namespace tributary::netlayer {

enum class KeyRule : std::uint8_t {
    organization,  ///< organization and site first
    hash,          ///< a key says nothing about its owner
};

const char* key_rule_name(KeyRule rule);
std::optional<KeyRule> key_rule_called(std::string_view name);

struct KeyRow {
    ProcessId id = 0;
    Key key = kNoKey;
    Key before = kNoKey;  ///< it may still stand there; none: it does not
    std::string name;

    friend bool operator==(const KeyRow&, const KeyRow&) = default;
};

class KeyOffice {
 public:
    /// @param file  need not exist
    /// @error corrupt (a line that is none, an id or a key twice), io
    static Result<KeyOffice> open(std::filesystem::path file, KeyRule rule);

    /// The keys that this member has, or a new one.
    /// @error io, limit_exceeded (more organizations, sites or members than keys have room for)
    Result<MemberKeys> keys_for(ProcessId id, const std::string& name);
    /// The member joins with this key; another one that it had is free.
    /// @error io
    Status joined(ProcessId id, Key key);
    /// Orders the keys anew, so that members that hand objects to each other are close in key
    /// order: halves the demand again and again. Members have their new keys when they join next.
    /// @return  how many get another key
    /// @error io, limit_exceeded (too many members), invalid_argument (no demand was observed)
    Result<std::size_t> bisect(const OverlayView& observed);

    /// All members in the order in which they came.
    [[nodiscard]] const std::vector<KeyRow>& rows() const { return rows_; }

 private:
    KeyOffice(std::filesystem::path file, KeyRule rule) : file_(std::move(file)), rule_(rule) {}

    Status read();
    Status take(std::string_view line, std::size_t number);
    [[nodiscard]] Status write(std::span<const KeyRow> rows) const;
    void enter(KeyRow row);
    void use(const KeyRow& row);
    Status replace(std::vector<KeyRow> rows);
    /// The numbers of an organization and of its site, given when first asked for.
    std::uint32_t organization_of(const std::string& name);
    std::uint32_t site_of(const std::string& name);

    std::filesystem::path file_;
    KeyRule rule_;
    std::vector<KeyRow> rows_;
    std::map<ProcessId, std::size_t> places_;  ///< in rows_
    std::set<Key> used_;
    std::map<std::string, std::uint32_t> organizations_;
    std::map<std::string, std::map<std::string, std::uint32_t>> sites_;
    std::map<std::string, std::uint32_t> sensors_;  ///< members of a site so far
};

}  // namespace tributary::netlayer
