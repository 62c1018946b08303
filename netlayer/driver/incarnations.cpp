#include "netlayer/driver/incarnations.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::size_t kFileLimit = 64;

}  // namespace

Result<Incarnations> Incarnations::open(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "incarnation";
    const auto bytes = read_file(file, kFileLimit);
    if (!bytes && bytes.error().code == Errc::not_found) return Incarnations(file, 0);
    if (!bytes) return fail(bytes.error());
    const std::string_view text = as_text(*bytes);
    Incarnation last = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), last);
    if (read.ec != std::errc() || last > kMaxIncarnation) {
        return fail(Errc::corrupt,
                    file.string() + " does not hold a number. Remove it; the time replaces it");
    }
    return Incarnations(file, last);
}

Result<Incarnation> Incarnations::next(const Clock& clock) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall()).count();
    const Incarnation fresh = std::max(last_ + 1, static_cast<Incarnation>(std::max(time, 0L)));
    if (fresh > kMaxIncarnation) {
        return fail(Errc::limit_exceeded,
                    "the clock or " + file_.string() + " is beyond every date. Set the clock");
    }
    TRIBUTARY_CHECK(write_file_atomically(file_, to_bytes(std::to_string(fresh) + "\n")));
    last_ = fresh;
    return fresh;
}

}  // namespace tributary::netlayer
