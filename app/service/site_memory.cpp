#include "app/service/site_memory.hpp"

#include <charconv>
#include <set>
#include <system_error>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/random.hpp"

namespace tributary::app {

namespace {

constexpr const char* kMemorySuffix = ".memory";
/// More files than this are not looked at; a service has at most 4,095 objects.
constexpr std::size_t kMemoryFiles = 10'000;
/// Larger than any memory: its rows at the widest schema.
constexpr std::size_t kMemoryFileLimit =
    (classifier::kReservoirLimit + classifier::kNearMarginLimit) * (classifier::kWidthLimit + 1) +
    4096;

/// The object that a file's name spells in hexadecimal digits.
std::optional<std::string> id_of(const std::string& digits) {
    std::string id;
    for (std::size_t at = 0; at + 2 <= digits.size(); at += 2) {
        unsigned value = 0;
        const char* const end = digits.data() + at + 2;
        if (std::from_chars(digits.data() + at, end, value, 16).ptr != end) return std::nullopt;
        id.push_back(static_cast<char>(value));
    }
    return id;
}

}  // namespace

std::filesystem::path SiteMemories::file_of(const std::string& id) const {
    return *folder_ / (to_hex(ByteView(to_bytes(id))) + kMemorySuffix);
}

std::optional<classifier::LocalMemory> SiteMemories::load(const std::string& id) const {
    if (!folder_) return std::nullopt;
    const auto bytes = read_file(file_of(id), kMemoryFileLimit);
    if (!bytes && bytes.error().code == Errc::not_found) return std::nullopt;
    if (bytes) {
        auto memory = classifier::LocalMemory::load(*bytes);
        if (memory && memory->rows().features.width() == width_) return std::move(*memory);
    }
    log::warning("memory", "the site's memory cannot be used and begins afresh",
                 {{"object", id}, {"file", file_of(id).string()}});
    return std::nullopt;
}

classifier::LocalMemory& SiteMemories::memory_of(const std::string& id) {
    const auto known = memories_.find(id);
    if (known != memories_.end()) return known->second;
    auto kept = load(id);
    if (kept) return memories_.emplace(id, std::move(*kept)).first->second;
    // A seed per object, so that two objects of a site do not sample in step.
    const std::uint64_t seed = Random(seed_).split(id).next();
    return memories_.emplace(id, classifier::LocalMemory(width_, seed)).first->second;
}

std::vector<std::string> SiteMemories::objects() const {
    std::set<std::string> ids;
    for (const auto& [id, memory] : memories_) {
        if (memory.reservoir_size() > 0) ids.insert(id);
    }
    if (!folder_) return {ids.begin(), ids.end()};
    std::error_code ignored;
    std::size_t looked_at = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder_, ignored)) {
        if (++looked_at > kMemoryFiles) break;
        const std::filesystem::path& file = entry.path();
        if (file.extension() != kMemorySuffix) continue;
        if (const auto id = id_of(file.stem().string())) ids.insert(*id);
    }
    return {ids.begin(), ids.end()};
}

classifier::TrainingBatch SiteMemories::rows(const std::string& id) {
    return memory_of(id).rows();
}

Status SiteMemories::remember(const std::string& id, const classifier::TrainingBatch& batch,
                              const classifier::Model& model) {
    classifier::LocalMemory& memory = memory_of(id);
    TRIBUTARY_CHECK(memory.remember(batch, model));
    if (!folder_) return {};
    TRIBUTARY_CHECK(make_folder(*folder_));
    return write_file_atomically(file_of(id), memory.save(), 0600);
}

}  // namespace tributary::app
