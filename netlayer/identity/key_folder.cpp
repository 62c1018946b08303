#include "netlayer/identity/key_folder.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"
#include "base/log.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::size_t kKeyFileLimit = 1024;
constexpr std::uint64_t kLargestNumber = std::uint64_t{1} << 45U;  // milliseconds of a far year
// A file edited in place does not change its folder's time, so the folder is read again after this.
constexpr Micros kScanInterval = std::chrono::seconds(1);

}  // namespace

Result<KeyEntry> read_key_file(const std::filesystem::path& file) {
    TRIBUTARY_TRY(const Bytes bytes, read_file(file, kKeyFileLimit));
    std::string_view text = as_text(bytes);
    KeyEntry entry;
    entry.public_key = take_line(text);
    const std::string_view number = take_line(text);
    entry.organization = take_line(text);
    bool good = is_key_text(entry.public_key) && text.empty();
    if (!number.empty()) {
        const auto [end, problem] =
            std::from_chars(number.data(), number.data() + number.size(), entry.number);
        good = good && problem == std::errc() && end == number.data() + number.size() &&
               entry.number <= kLargestNumber;
    }
    if (entry.organization.empty()) entry.organization = file.filename().string();
    if (good && is_member_name(entry.organization)) return entry;
    return fail(Errc::corrupt, file.string() +
                                   " does not hold a member's key: expected a line of 40 "
                                   "characters. Copy the member's curve.public there");
}

Status write_key_file(const std::filesystem::path& file, const KeyEntry& entry) {
    return write_file_atomically(
        file, to_bytes(entry.public_key + "\n" + std::to_string(entry.number) + "\n" +
                       entry.organization + "\n"));
}

KeyFolder::KeyFolder(std::filesystem::path folder, const Clock& clock)
    : folder_(std::move(folder)), clock_(clock) {}

std::optional<KeyEntry> KeyFolder::find(const std::string& public_key) {
    refresh();
    const KeyEntry* entry = known(public_key);
    return entry == nullptr ? std::nullopt : std::optional(*entry);
}

const KeyEntry* KeyFolder::known(const std::string& public_key) const {
    const auto found = entries_.find(public_key);
    return found == entries_.end() ? nullptr : &found->second;
}

void KeyFolder::refresh() {
    if (folder_.empty()) return;
    std::error_code problem;
    const auto changed = std::filesystem::last_write_time(folder_, problem);
    if (problem) {
        entries_.clear();
        seen_change_.reset();
        return;
    }
    const Micros now = clock_.monotonic();
    if (seen_change_ == changed && now - scanned_at_ < kScanInterval) return;
    seen_change_ = changed;
    scanned_at_ = now;
    scan();
}

void KeyFolder::scan() {
    entries_.clear();
    skipped_ = 0;
    std::error_code problem;
    std::filesystem::directory_iterator entry(folder_, problem);
    for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        const std::string name = entry->path().filename().string();
        if (entries_.size() >= kMaxMembers || !is_member_name(name)) {
            ++skipped_;
            continue;
        }
        const auto read = read_key_file(entry->path());
        if (read) {
            entries_.emplace(read->public_key, *read);
            continue;
        }
        ++skipped_;
        log::warning("keys", "a file in a folder of members is not used",
                     {{"file", name}, {"cause", read.error().message}});
    }
}

}  // namespace tributary::netlayer
