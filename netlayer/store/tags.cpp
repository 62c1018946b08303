#include "netlayer/store/tags.hpp"

#include <algorithm>

namespace tributary::netlayer {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string how_to_list(const ObjectId& object) {
    return "tributary coordinator history " + object + " --state DIR";
}

}  // namespace

bool valid_tag_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxTagBytes || !is_alphanumeric(name.front())) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
    });
}

Status check_tag(const std::vector<StoredVersion>& history, const Tag& tag, Retag retag) {
    if (!valid_tag_name(tag.name)) {
        return fail(Errc::invalid_argument,
                    "'" + tag.name.substr(0, kMaxTagBytes) +
                        "' is not a name for a tag. Use 1 to " + std::to_string(kMaxTagBytes) +
                        " letters, digits, . _ -, and begin with a letter or digit");
    }
    std::size_t tags = 0;
    bool is_kept = false;
    for (const StoredVersion& stored : history) {
        tags += stored.tags.size();
        is_kept = is_kept || stored.version == tag.version;
    }
    if (!is_kept) return fail(no_such_version(tag.object, tag.version));
    for (const StoredVersion& stored : history) {
        if (std::find(stored.tags.begin(), stored.tags.end(), tag.name) == stored.tags.end()) {
            continue;
        }
        if (stored.version == tag.version || retag == Retag::move) return {};
        return fail(Errc::conflict, "the tag " + tag.name + " of object " + tag.object +
                                        " stands for version " + std::to_string(stored.version) +
                                        ". Take another name, or give --move");
    }
    if (tags < kMaxTags) return {};
    return fail(Errc::limit_exceeded,
                "object " + tag.object + " has " + std::to_string(tags) +
                    " tags, which is the limit. Remove one first: tributary coordinator untag " +
                    tag.object + " NAME --state DIR");
}

void hand_out(const std::vector<std::pair<Version, std::string>>& tags,
              std::vector<StoredVersion>& history) {
    for (const auto& [version, name] : tags) {
        const auto at =
            std::find_if(history.begin(), history.end(),
                         [number = version](const auto& each) { return each.version == number; });
        if (at != history.end()) at->tags.push_back(name);
    }
}

Error no_such_version(const ObjectId& object, Version version) {
    return {Errc::not_found, "object " + object + " has no version " + std::to_string(version) +
                                 " in the store. List the kept ones with: " + how_to_list(object)};
}

Error no_such_tag(const ObjectId& object, const std::string& name) {
    return {Errc::not_found, "object " + object + " has no tag " + name.substr(0, kMaxTagBytes) +
                                 ". List its tags with: " + how_to_list(object)};
}

}  // namespace tributary::netlayer
