#include "netlayer/store/sqlite_store.hpp"

#include "base/hash.hpp"
#include "netlayer/store/sqlite_parts.hpp"

namespace tributary::netlayer {

namespace {

constexpr int kStoreFormat = 1;
constexpr const char* kCreateStore = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('incarnation', 0);
CREATE TABLE contents (hash TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE versions (
  object TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL REFERENCES contents (hash),
  incarnation INTEGER NOT NULL,
  PRIMARY KEY (object, version)) WITHOUT ROWID;
CREATE INDEX versions_by_content ON versions (content);
CREATE TABLE members (
  public_key TEXT PRIMARY KEY, name TEXT NOT NULL, id INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
)";
// Added to stores of earlier programs when they are opened.
constexpr const char* kCreateLater = R"(
CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS state_contents (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
  object TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (object, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_by_version ON tags (object, version);
)";

Error with_remedy(Error error) {
    if (error.code == Errc::corrupt) {
        error.message += ". Restore it from a backup, or move it away to start without objects";
    }
    return error;
}

}  // namespace

Result<std::uint64_t> SqliteStore::Parts::ruling_incarnation() {
    TRIBUTARY_TRY(Statement query,
                  database.prepare("SELECT value FROM meta WHERE key = 'incarnation'"));
    TRIBUTARY_TRY(const bool row, query.step());
    if (!row) return fail(Errc::corrupt, "the store has lost its incarnation");
    return query.number(0);
}

/// Inside the transaction of a write: nobody newer rules.
Status SqliteStore::Parts::check_rule() {
    TRIBUTARY_TRY(const std::uint64_t ruling, ruling_incarnation());
    if (ruling == incarnation) return {};
    return fail(Errc::conflict, "coordinator " + std::to_string(incarnation) +
                                    " may not write any more: coordinator " +
                                    std::to_string(ruling) + " has taken over. Stop this one");
}

/// Whether to write; a stored version is never replaced.
Result<bool> SqliteStore::Parts::is_newer(const Object& object, const std::string& content) {
    TRIBUTARY_TRY(Statement query,
                  database.prepare("SELECT version, content FROM versions WHERE object = ?1 "
                                   "ORDER BY version DESC LIMIT 1"));
    query.bind(1, std::string_view(object.id));
    TRIBUTARY_TRY(const bool row, query.step());
    if (!row || query.number(0) < object.version) return true;
    if (query.number(0) == object.version && query.text(1) != content) {
        return fail(Errc::conflict, "object " + object.id + " version " +
                                        std::to_string(object.version) +
                                        " is stored with another content. Stop the other "
                                        "coordinator that uses this store");
    }
    return false;
}

Status SqliteStore::Parts::write(const Object& object) {
    const std::string content = to_hex(blake2b(view(object.body)));
    TRIBUTARY_TRY(const bool newer, is_newer(object, content));
    if (!newer) return {};
    TRIBUTARY_TRY(Statement put,
                  database.prepare("INSERT OR IGNORE INTO contents VALUES (?1, ?2)"));
    TRIBUTARY_CHECK(put.bind(1, std::string_view(content)).bind(2, view(object.body)).run());
    TRIBUTARY_TRY(Statement add, database.prepare("INSERT INTO versions VALUES (?1, ?2, ?3, ?4)"));
    TRIBUTARY_CHECK(add.bind(1, std::string_view(object.id))
                        .bind(2, object.version)
                        .bind(3, std::string_view(content))
                        .bind(4, incarnation)
                        .run());
    return trim(object.id);
}

/// Removes a content that neither a version nor the protocol state names.
Status SqliteStore::Parts::sweep(const std::string& content) {
    TRIBUTARY_TRY(Statement drop,
                  database.prepare("DELETE FROM contents WHERE hash = ?1 AND NOT EXISTS "
                                   "(SELECT 1 FROM versions WHERE content = ?1) AND NOT EXISTS "
                                   "(SELECT 1 FROM state_contents WHERE hash = ?1)"));
    return drop.bind(1, std::string_view(content)).run();
}

Status SqliteStore::Parts::write(const StoredState& state) {
    std::vector<std::string> dropped;
    TRIBUTARY_TRY(Statement before, database.prepare("SELECT hash FROM state_contents"));
    while (true) {
        TRIBUTARY_TRY(const bool row, before.step());
        if (!row) break;
        if (!state.bodies.contains(before.text(0))) dropped.push_back(before.text(0));
    }
    for (const std::string& hash : dropped) {
        TRIBUTARY_TRY(Statement drop,
                      database.prepare("DELETE FROM state_contents WHERE hash = ?1"));
        TRIBUTARY_CHECK(drop.bind(1, std::string_view(hash)).run());
        TRIBUTARY_CHECK(sweep(hash));
    }
    for (const auto& [hash, body] : state.bodies) {
        TRIBUTARY_TRY(Statement name,
                      database.prepare("INSERT OR IGNORE INTO state_contents VALUES (?1)"));
        TRIBUTARY_CHECK(name.bind(1, std::string_view(hash)).run());
        TRIBUTARY_TRY(Statement put,
                      database.prepare("INSERT OR IGNORE INTO contents VALUES (?1, ?2)"));
        TRIBUTARY_CHECK(put.bind(1, std::string_view(hash)).bind(2, view(body)).run());
    }
    TRIBUTARY_TRY(Statement put, database.prepare("INSERT INTO state VALUES (1, ?1) ON CONFLICT "
                                                  "(id) DO UPDATE SET bytes = ?1"));
    return put.bind(1, ByteView(state.bytes)).run();
}

Result<Body> SqliteStore::Parts::read_content(const std::string& hash) {
    TRIBUTARY_TRY(Statement query, database.prepare("SELECT body FROM contents WHERE hash = ?1"));
    TRIBUTARY_TRY(const bool row, query.bind(1, std::string_view(hash)).step());
    if (!row) return fail(Errc::corrupt, "the store has lost the content " + hash);
    Bytes body = query.blob(0);
    if (to_hex(blake2b(body)) != hash) {
        return fail(Errc::corrupt, "the stored content " + hash + " does not match its name");
    }
    return std::make_shared<const Bytes>(std::move(body));
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file,
                                                       const Retention& retention) {
    std::error_code absent;
    const auto size = std::filesystem::file_size(file, absent);
    if (!absent && size == 0) {
        return fail(with_remedy({Errc::corrupt, "the store " + file.string() + " is empty"}));
    }
    auto database = Database::open(file, kStoreFormat, kCreateStore);
    if (!database) return fail(with_remedy(database.error()));
    if (const Status made = database->execute(kCreateLater); !made) {
        return fail(with_remedy(made.error()));
    }
    auto parts = std::make_unique<Parts>(file, std::move(*database), retention);
    auto ruling = parts->ruling_incarnation();
    if (!ruling) {
        // A database of another program answers "no such table".
        return fail(
            with_remedy({Errc::corrupt, file.string() + " is not a store of this program (" +
                                            ruling.error().message + ")"}));
    }
    parts->incarnation = *ruling;
    return std::make_unique<SqliteStore>(std::move(parts));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

Result<bool> SqliteStore::try_to_lead() {
    if (parts_->leads) return true;
    std::error_code failure;
    std::filesystem::path lock = std::filesystem::canonical(parts_->file, failure);
    if (failure) {
        return fail(Errc::io, "cannot find the store " + parts_->file.string() +
                                  " again: " + failure.message());
    }
    lock += ".leader";
    TRIBUTARY_TRY(parts_->leads, FileLock::try_acquire(lock));
    return parts_->leads.has_value();
}

Status SqliteStore::commit(const Batch& batch) {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(parts_->database));
    TRIBUTARY_CHECK(parts_->check_rule());
    for (const Object& object : batch.objects) TRIBUTARY_CHECK(parts_->write(object));
    if (batch.state) TRIBUTARY_CHECK(parts_->write(*batch.state));
    return transaction.commit();
}

Result<std::optional<StoredState>> SqliteStore::load_state() {
    TRIBUTARY_TRY(Statement query, parts_->database.prepare("SELECT bytes FROM state"));
    TRIBUTARY_TRY(const bool row, query.step());
    if (!row) return std::optional<StoredState>();
    StoredState state{query.blob(0), {}};
    TRIBUTARY_TRY(Statement names, parts_->database.prepare("SELECT hash FROM state_contents"));
    while (true) {
        TRIBUTARY_TRY(const bool more, names.step());
        if (!more) return state;
        auto body = parts_->read_content(names.text(0));
        if (!body) return fail(with_remedy(body.error()));
        state.bodies.emplace(names.text(0), std::move(*body));
    }
}

Result<std::vector<Object>> SqliteStore::load() {
    TRIBUTARY_TRY(
        Statement query,
        parts_->database.prepare("SELECT v.object, v.version, v.content, c.body FROM versions v "
                                 "JOIN contents c ON c.hash = v.content WHERE v.version = "
                                 "(SELECT MAX(version) FROM versions WHERE object = v.object) "
                                 "ORDER BY v.object"));
    std::vector<Object> objects;
    while (true) {
        auto row = query.step();
        if (!row) return fail(with_remedy(row.error()));
        if (!*row) return objects;
        TRIBUTARY_TRY(Object object, parts_->read_version(query));
        objects.push_back(std::move(object));
    }
}

Result<Incarnation> SqliteStore::begin_incarnation() {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(parts_->database));
    TRIBUTARY_TRY(const std::uint64_t ruling, parts_->ruling_incarnation());
    if (ruling >= kMaxIncarnation) {
        return fail(Errc::limit_exceeded, "the store has used up its incarnations");
    }
    TRIBUTARY_TRY(Statement update,
                  parts_->database.prepare("UPDATE meta SET value = ?1 WHERE key = 'incarnation'"));
    TRIBUTARY_CHECK(update.bind(1, ruling + 1).run());
    TRIBUTARY_CHECK(parts_->trim_all());
    TRIBUTARY_CHECK(transaction.commit());
    parts_->incarnation = ruling + 1;
    return parts_->incarnation;
}

Status SqliteStore::enrol(const Member& member) {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(parts_->database));
    TRIBUTARY_TRY(Statement known, parts_->database.prepare("SELECT public_key, id FROM members "
                                                            "WHERE public_key = ?1 OR id = ?2"));
    known.bind(1, std::string_view(member.public_key)).bind(2, member.id);
    TRIBUTARY_TRY(const bool row, known.step());
    if (row && (known.text(0) != member.public_key || known.number(1) != member.id)) {
        return fail(Errc::conflict, "member " + member.name +
                                        " has the number or the key of another member. Enrol it "
                                        "with a new key");
    }
    known.reset();
    TRIBUTARY_TRY(Statement put,
                  parts_->database.prepare("INSERT INTO members VALUES (?1, ?2, ?3) ON CONFLICT "
                                           "(public_key) DO UPDATE SET name = ?2"));
    TRIBUTARY_CHECK(put.bind(1, std::string_view(member.public_key))
                        .bind(2, std::string_view(member.name))
                        .bind(3, member.id)
                        .run());
    return transaction.commit();
}

Result<std::vector<Member>> SqliteStore::members() {
    TRIBUTARY_TRY(Statement query, parts_->database.prepare(
                                       "SELECT public_key, name, id FROM members ORDER BY name"));
    std::vector<Member> found;
    while (true) {
        TRIBUTARY_TRY(const bool row, query.step());
        if (!row) return found;
        found.push_back({query.text(0), query.text(1), query.number(2)});
    }
}

}  // namespace tributary::netlayer
