#include "netlayer/store/journal.hpp"

#include "netlayer/store/database.hpp"

namespace tributary::netlayer {

namespace {

constexpr int kJournalFormat = 1;
// AUTOINCREMENT: a number is never given twice, also when the entry with the highest is gone.
constexpr const char* kCreateJournal =
    "CREATE TABLE journal (number INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL)";

}  // namespace

struct Journal::Parts {
    Database database;
    Statement insert;
    Statement oldest;
    Statement remove;
    Statement count;
};

Result<Journal> Journal::open(const std::filesystem::path& file) {
    auto opened = Database::open(file, kJournalFormat, kCreateJournal);
    if (!opened && opened.error().code == Errc::corrupt) {
        return fail(Errc::corrupt, opened.error().message +
                                       ". Restore it from a backup, or move it away to go on "
                                       "without the contributions that waited in it");
    }
    if (!opened) return fail(opened.error());
    Database database = std::move(*opened);
    TRIBUTARY_TRY(Statement insert, database.prepare("INSERT INTO journal (payload) VALUES (?)"));
    TRIBUTARY_TRY(Statement oldest,
                  database.prepare("SELECT number, payload FROM journal ORDER BY number LIMIT 1"));
    TRIBUTARY_TRY(Statement remove, database.prepare("DELETE FROM journal WHERE number = ?"));
    TRIBUTARY_TRY(Statement count, database.prepare("SELECT COUNT(*) FROM journal"));
    return Journal(
        std::make_unique<Parts>(Parts{std::move(database), std::move(insert), std::move(oldest),
                                      std::move(remove), std::move(count)}));
}

Journal::Journal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<std::uint64_t> Journal::append(ByteView payload) {
    TRIBUTARY_TRY(const std::uint64_t waiting, size());
    if (waiting >= kJournalLimit) {
        return fail(Errc::limit_exceeded,
                    "the journal holds " + std::to_string(waiting) +
                        " contributions that are not durable yet. Wait until the coordinator is "
                        "back");
    }
    TRIBUTARY_CHECK(parts_->insert.bind(1, payload).run());
    return parts_->database.last_id();
}

Result<std::optional<JournalEntry>> Journal::oldest() const {
    TRIBUTARY_TRY(const bool row, parts_->oldest.step());
    std::optional<JournalEntry> entry;
    if (row) entry = JournalEntry{parts_->oldest.number(0), parts_->oldest.blob(1)};
    parts_->oldest.reset();
    return entry;
}

Status Journal::remove(std::uint64_t number) {
    return parts_->remove.bind(1, number).run();
}

Result<std::uint64_t> Journal::size() const {
    TRIBUTARY_TRY(const bool row, parts_->count.step());
    const std::uint64_t entries = row ? parts_->count.number(0) : 0;
    parts_->count.reset();
    return entries;
}

}  // namespace tributary::netlayer
