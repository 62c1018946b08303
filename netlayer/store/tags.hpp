#pragma once
// Tags: names that an operator gives to stored versions, which are kept as long as they have one.
// Invariants: a name stands for one version of an object at a time; an object has at most
// kMaxTags. Values and pure functions that both stores decide by; any thread. protocol section 7.

#include <string_view>
#include <utility>
#include <vector>

#include "netlayer/store/store.hpp"

namespace tributary::netlayer {

inline constexpr std::size_t kMaxTags = 64;  ///< of one object
inline constexpr std::size_t kMaxTagBytes = 64;

/// True for 1 to kMaxTagBytes letters, digits, `.`, `_`, `-` of ASCII, the first of them no
/// punctuation.
bool valid_tag_name(std::string_view name);

/// Whether a tag may be given.
/// @param history  all stored versions of the object with their tags
/// @error invalid_argument (the name), not_found (the version is not kept), conflict (the name
///        stands for another version and may not move), limit_exceeded
Status check_tag(const std::vector<StoredVersion>& history, const Tag& tag, Retag retag);

/// Hands the versions of an object their tags.
/// @param tags  version and name
void hand_out(const std::vector<std::pair<Version, std::string>>& tags,
              std::vector<StoredVersion>& history);

Error no_such_version(const ObjectId& object, Version version);
Error no_such_tag(const ObjectId& object, const std::string& name);

}  // namespace tributary::netlayer
