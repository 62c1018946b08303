#ifdef TRIBUTARY_HAVE_PQ

#include "netlayer/store/postgres_store.hpp"

#include "base/hash.hpp"
#include "netlayer/store/postgres_parts.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::uint64_t kPostgresFormat = 1;
/// "tributar" as a number: the advisory lock of whoever leads.
constexpr const char* kLeaderLock = "8390891584407986546";
/// Two coordinators may start on an empty database at the same moment.
constexpr const char* kCreateTables = R"(
BEGIN;
SELECT pg_advisory_xact_lock(8390891584407986545);
CREATE SCHEMA IF NOT EXISTS tributary;
CREATE TABLE IF NOT EXISTS tributary.meta (key text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO tributary.meta VALUES ('format', 1), ('incarnation', 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS tributary.contents (hash text PRIMARY KEY, body bytea NOT NULL);
ALTER TABLE tributary.contents ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS tributary.versions (
  object text NOT NULL,
  version bigint NOT NULL,
  content text NOT NULL REFERENCES tributary.contents (hash),
  incarnation bigint NOT NULL,
  PRIMARY KEY (object, version));
CREATE INDEX IF NOT EXISTS versions_by_content ON tributary.versions (content);
CREATE TABLE IF NOT EXISTS tributary.members (
  public_key text PRIMARY KEY, name text NOT NULL, id bigint NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS tributary.state (
  id bigint PRIMARY KEY CHECK (id = 1), bytes bytea NOT NULL);
CREATE TABLE IF NOT EXISTS tributary.state_contents (hash text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tributary.tags (
  object text NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (object, name));
CREATE INDEX IF NOT EXISTS tags_by_version ON tributary.tags (object, version);
COMMIT;
SET search_path TO tributary;
)";

}  // namespace

Result<std::uint64_t> PostgresStore::Parts::meta(const char* key, const std::string& lock) {
    TRIBUTARY_TRY(
        const PostgresRows rows,
        connection.run("SELECT value FROM meta WHERE key = $1 " + lock, {std::string_view(key)}));
    if (rows.size() == 1) return rows.number(0, 0);
    return fail(Errc::corrupt,
                std::string("the store has lost its ") + key + ". Restore it from a backup");
}

/// Inside the transaction of a write: nobody newer rules, and nobody will before it ends.
Status PostgresStore::Parts::check_rule() {
    TRIBUTARY_TRY(const std::uint64_t ruling, meta("incarnation", "FOR SHARE"));
    if (ruling == incarnation) return {};
    return fail(Errc::conflict, "coordinator " + std::to_string(incarnation) +
                                    " may not write any more: coordinator " +
                                    std::to_string(ruling) + " has taken over. Stop this one");
}

Result<bool> PostgresStore::Parts::is_newer(const Object& object, const std::string& content) {
    TRIBUTARY_TRY(const PostgresRows rows,
                  connection.run("SELECT version, content FROM versions WHERE object = $1 "
                                 "ORDER BY version DESC LIMIT 1",
                                 {std::string_view(object.id)}));
    if (rows.size() == 0 || rows.number(0, 0) < object.version) return true;
    if (rows.number(0, 0) == object.version && rows.text(0, 1) != content) {
        return fail(Errc::conflict, "object " + object.id + " version " +
                                        std::to_string(object.version) +
                                        " is stored with another content. Stop the other "
                                        "coordinator that uses this store");
    }
    return false;
}

Status PostgresStore::Parts::put_content(const std::string& hash, ByteView body) {
    TRIBUTARY_TRY(
        const PostgresRows known,
        connection.run("SELECT 1::bigint FROM contents WHERE hash = $1", {std::string_view(hash)}));
    if (known.size() != 0) return {};
    return run("INSERT INTO contents VALUES ($1, $2)", {std::string_view(hash), body});
}

Status PostgresStore::Parts::write(const Object& object) {
    const std::string content = to_hex(blake2b(view(object.body)));
    TRIBUTARY_TRY(const bool newer, is_newer(object, content));
    if (!newer) return {};
    TRIBUTARY_CHECK(put_content(content, view(object.body)));
    TRIBUTARY_CHECK(
        run("INSERT INTO versions VALUES ($1, $2, $3, $4)",
            {std::string_view(object.id), object.version, std::string_view(content), incarnation}));
    return trim(object.id);
}

/// Removes a content that neither a version nor the protocol state names.
Status PostgresStore::Parts::sweep(const std::string& content) {
    return run(
        "DELETE FROM contents WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM versions WHERE content "
        "= $1) AND NOT EXISTS (SELECT 1 FROM state_contents WHERE hash = $1)",
        {std::string_view(content)});
}

Status PostgresStore::Parts::write(const StoredState& state) {
    TRIBUTARY_TRY(const PostgresRows before, connection.run("SELECT hash FROM state_contents"));
    std::vector<std::string> dropped;
    for (int row = 0; row < before.size(); ++row) {
        if (!state.bodies.contains(before.text(row, 0))) dropped.push_back(before.text(row, 0));
    }
    for (const std::string& hash : dropped) {
        TRIBUTARY_CHECK(
            run("DELETE FROM state_contents WHERE hash = $1", {std::string_view(hash)}));
        TRIBUTARY_CHECK(sweep(hash));
    }
    for (const auto& [hash, body] : state.bodies) {
        TRIBUTARY_CHECK(run("INSERT INTO state_contents VALUES ($1) ON CONFLICT DO NOTHING",
                            {std::string_view(hash)}));
        TRIBUTARY_CHECK(put_content(hash, view(body)));
    }
    return run("INSERT INTO state VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET bytes = $1",
               {ByteView(state.bytes)});
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& url,
                                                           const Retention& retention) {
    TRIBUTARY_TRY(PostgresConnection connection, PostgresConnection::open(url));
    TRIBUTARY_CHECK(connection.execute(kCreateTables));
    auto parts = std::make_unique<Parts>(std::move(connection), retention);
    TRIBUTARY_TRY(const std::uint64_t format, parts->meta("format"));
    if (format != kPostgresFormat) {
        return fail(Errc::mismatch, "the PostgreSQL store has format " + std::to_string(format) +
                                        "; this program reads format " +
                                        std::to_string(kPostgresFormat) +
                                        ". Update the program, or give another --store");
    }
    TRIBUTARY_TRY(parts->incarnation, parts->meta("incarnation"));
    return std::make_unique<PostgresStore>(std::move(parts));
}

PostgresStore::PostgresStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PostgresStore::~PostgresStore() = default;

Result<bool> PostgresStore::try_to_lead() {
    const std::string sql =
        std::string("SELECT pg_try_advisory_lock(") + kLeaderLock + ")::int::bigint";
    TRIBUTARY_TRY(const PostgresRows rows, parts_->connection.run(sql));
    return rows.number(0, 0) == 1;
}

Status PostgresStore::commit(const Batch& batch) {
    TRIBUTARY_TRY(PostgresTransaction transaction, PostgresTransaction::begin(parts_->connection));
    TRIBUTARY_CHECK(parts_->check_rule());
    for (const Object& object : batch.objects) TRIBUTARY_CHECK(parts_->write(object));
    if (batch.state) TRIBUTARY_CHECK(parts_->write(*batch.state));
    return transaction.commit();
}

Result<std::optional<StoredState>> PostgresStore::load_state() {
    TRIBUTARY_TRY(const PostgresRows rows, parts_->connection.run("SELECT bytes FROM state"));
    if (rows.size() == 0) return std::optional<StoredState>();
    StoredState state{rows.blob(0, 0), {}};
    TRIBUTARY_TRY(const PostgresRows bodies,
                  parts_->connection.run("SELECT s.hash, c.body FROM state_contents s LEFT JOIN "
                                         "contents c ON c.hash = s.hash"));
    for (int row = 0; row < bodies.size(); ++row) {
        TRIBUTARY_TRY(Body body, Parts::checked_body(bodies.blob(row, 1), bodies.text(row, 0)));
        state.bodies.emplace(bodies.text(row, 0), std::move(body));
    }
    return state;
}

Result<Incarnation> PostgresStore::begin_incarnation() {
    TRIBUTARY_TRY(PostgresTransaction transaction, PostgresTransaction::begin(parts_->connection));
    TRIBUTARY_TRY(const std::uint64_t ruling, parts_->meta("incarnation", "FOR UPDATE"));
    if (ruling >= kMaxIncarnation) {
        return fail(Errc::limit_exceeded, "the store has used up its incarnations");
    }
    TRIBUTARY_CHECK(
        parts_->run("UPDATE meta SET value = $1 WHERE key = 'incarnation'", {ruling + 1}));
    TRIBUTARY_CHECK(parts_->trim_all());
    TRIBUTARY_CHECK(transaction.commit());
    parts_->incarnation = ruling + 1;
    return parts_->incarnation;
}

Status PostgresStore::enrol(const Member& member) {
    TRIBUTARY_TRY(PostgresTransaction transaction, PostgresTransaction::begin(parts_->connection));
    TRIBUTARY_CHECK(parts_->check_rule());
    TRIBUTARY_TRY(const PostgresRows known,
                  parts_->connection.run("SELECT public_key, id FROM members WHERE public_key = $1 "
                                         "OR id = $2",
                                         {std::string_view(member.public_key), member.id}));
    for (int row = 0; row < known.size(); ++row) {
        if (known.text(row, 0) == member.public_key && known.number(row, 1) == member.id) continue;
        return fail(Errc::conflict, "member " + member.name +
                                        " has the number or the key of another member. Enrol it "
                                        "with a new key");
    }
    TRIBUTARY_CHECK(parts_->run(
        "INSERT INTO members VALUES ($1, $2, $3) ON CONFLICT (public_key) "
        "DO UPDATE SET name = $2",
        {std::string_view(member.public_key), std::string_view(member.name), member.id}));
    return transaction.commit();
}

Result<std::vector<Member>> PostgresStore::members() {
    TRIBUTARY_TRY(const PostgresRows rows, parts_->connection.run("SELECT public_key, name, id "
                                                                  "FROM members ORDER BY name"));
    std::vector<Member> found;
    for (int row = 0; row < rows.size(); ++row) {
        found.push_back({rows.text(row, 0), rows.text(row, 1), rows.number(row, 2)});
    }
    return found;
}

}  // namespace tributary::netlayer

#endif
