#include "app/service/object_history.hpp"

#include <algorithm>
#include <system_error>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "classifier/object/codec.hpp"
#include "datasets/corpus/text.hpp"

namespace tributary::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".trb";
constexpr std::size_t kHashBytes = 8;
/// More files than this are not looked at; the folder holds sixteen an object.
constexpr std::size_t kFilesLookedAt = 100'000;

std::string prefix_of(const std::string& id) {
    return to_hex(ByteView(blake2b(to_bytes(id))).first(kHashBytes)) + "-";
}

}  // namespace

fs::path ObjectHistory::file_of(const std::string& id, std::uint64_t version) const {
    return folder_ / (prefix_of(id) + std::to_string(version) + kSuffix);
}

Status ObjectHistory::keep(ByteView encoded) const {
    TRIBUTARY_TRY(const auto object, classifier::decode_object(encoded));
    TRIBUTARY_CHECK(make_folder(folder_));
    TRIBUTARY_CHECK(write_file_atomically(file_of(object.id, object.version), encoded, 0600));
    const std::vector<std::uint64_t> kept = versions(object.id);
    for (std::size_t i = 0; i + kVersionsKept < kept.size(); ++i) {
        std::error_code ignored;
        fs::remove(file_of(object.id, kept[i]), ignored);
    }
    return {};
}

Result<Bytes> ObjectHistory::load(const std::string& id, std::uint64_t version) const {
    auto bytes = read_file(file_of(id, version), classifier::kObjectLimit);
    if (bytes || bytes.error().code != Errc::not_found) return bytes;
    std::string there;
    for (const std::uint64_t kept : versions(id)) there += " " + std::to_string(kept);
    return fail(Errc::not_found, "this site has not kept version " + std::to_string(version) +
                                     " of " + id + "; it has" +
                                     (there.empty() ? std::string(" none") : there) +
                                     ". Give a file of that version: --from FILE");
}

std::vector<std::uint64_t> ObjectHistory::versions(const std::string& id) const {
    const std::string prefix = prefix_of(id);
    std::vector<std::uint64_t> found;
    std::error_code ignored;
    std::size_t looked_at = 0;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
        if (++looked_at > kFilesLookedAt) break;
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) continue;
        const std::string_view digits =
            std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - 4);
        if (const auto version = datasets::parse_unsigned(digits, ~std::uint64_t{0})) {
            found.push_back(*version);
        }
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace tributary::app
