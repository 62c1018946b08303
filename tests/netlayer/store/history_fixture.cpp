#include "tests/netlayer/store/history_fixture.hpp"

#include "netlayer/store/database.hpp"
#include "netlayer/store/sqlite_store.hpp"
#include "tests/netlayer/driver/temporary_folder.hpp"
#ifdef TRIBUTARY_HAVE_PQ
#include "netlayer/store/postgres.hpp"
#include "netlayer/store/postgres_store.hpp"
#include "tests/netlayer/store/temporary_postgres.hpp"
#endif

namespace tributary::netlayer {

namespace {

class SqliteUnderTest final : public StoreUnderTest {
 public:
    Result<std::unique_ptr<Store>> open(const Retention& retention) override {
        return SqliteStore::open(file_, retention);
    }
    Status run(const std::string& sql) override {
        TRIBUTARY_TRY(Database database, Database::open(file_, 1, sql));
        return database.execute(sql);
    }
    std::uint64_t count(const std::string& sql) override {
        auto database = Database::open(file_, 1, "");
        auto query = database->prepare(sql);
        return query && query->step() ? query->number(0) : ~std::uint64_t{0};
    }
    std::string old_tables() override {
        return R"(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('incarnation', 0);
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS versions (
  object TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL REFERENCES contents (hash),
  incarnation INTEGER NOT NULL,
  PRIMARY KEY (object, version)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_by_content ON versions (content);
CREATE TABLE IF NOT EXISTS members (
  public_key TEXT PRIMARY KEY, name TEXT NOT NULL, id INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
)";
    }

 private:
    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "objects.sqlite";
};

#ifdef TRIBUTARY_HAVE_PQ
class PostgresUnderTest final : public StoreUnderTest {
 public:
    Result<std::unique_ptr<Store>> open(const Retention& retention) override {
        return PostgresStore::open(server_.url(), retention);
    }
    Status run(const std::string& sql) override {
        TRIBUTARY_TRY(PostgresConnection connection, PostgresConnection::open(server_.url()));
        return connection.execute("SET search_path TO tributary; " + sql);
    }
    std::uint64_t count(const std::string& sql) override {
        auto connection = PostgresConnection::open(server_.url());
        if (!connection || !connection->execute("SET search_path TO tributary")) return ~0ULL;
        const auto rows = connection->run(sql);
        return rows && rows->size() == 1 ? rows->number(0, 0) : ~std::uint64_t{0};
    }
    std::string old_tables() override {
        return R"(
CREATE SCHEMA tributary;
CREATE TABLE meta (key text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO meta VALUES ('format', 1), ('incarnation', 0);
CREATE TABLE contents (hash text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE versions (
  object text NOT NULL,
  version bigint NOT NULL,
  content text NOT NULL REFERENCES contents (hash),
  incarnation bigint NOT NULL,
  PRIMARY KEY (object, version));
CREATE INDEX versions_by_content ON versions (content);
CREATE TABLE members (
  public_key text PRIMARY KEY, name text NOT NULL, id bigint NOT NULL UNIQUE);
)";
    }

 private:
    TemporaryPostgres server_;
};
#endif

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test(const std::string& kind) {
    if (kind == "sqlite") return std::make_unique<SqliteUnderTest>();
#ifdef TRIBUTARY_HAVE_PQ
    if (TemporaryPostgres::is_installed()) return std::make_unique<PostgresUnderTest>();
#endif
    return nullptr;
}

}  // namespace tributary::netlayer
