#include "netlayer/store/database.hpp"

#include <sqlite3.h>

#include <utility>

#include "base/assert.hpp"

namespace tributary::netlayer {

namespace {

/// Longest wait for another connection's lock; the folder lock makes others unlikely.
constexpr int kBusyMs = 2000;

Errc code_of(int result) {
    switch (result & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return Errc::corrupt;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return Errc::conflict;
        case SQLITE_FULL:
        case SQLITE_TOOBIG: return Errc::limit_exceeded;
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH: return Errc::permission;
        case SQLITE_ERROR:
        case SQLITE_MISUSE: return Errc::internal;
        default: return Errc::io;
    }
}

/// What to do about it; whoever opens a damaged file knows what is in it, and says so there.
const char* next_step(Errc code) {
    switch (code) {
        case Errc::limit_exceeded: return ". Make room on its disk, and start again";
        case Errc::permission:
        case Errc::io: return ". Check that its folder exists, and who may write there";
        default: return "";
    }
}

tl::unexpected<Error> failure(sqlite3* database, const std::string& what, const std::string& file) {
    const Errc code = code_of(sqlite3_extended_errcode(database));
    return fail(code, what + " " + file + ": " + sqlite3_errmsg(database) + next_step(code));
}

tl::unexpected<Error> failure(sqlite3* database, const std::string& what) {
    const char* file = sqlite3_db_filename(database, "main");
    return failure(database, what, file != nullptr ? file : "the database");
}

Result<int> user_version(Database& database) {
    TRIBUTARY_TRY(Statement statement, database.prepare("PRAGMA user_version"));
    TRIBUTARY_TRY(const bool row, statement.step());
    return row ? static_cast<int>(statement.number(0)) : 0;
}

Status make_schema(Database& database, int version, const std::string& create) {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(database));
    TRIBUTARY_CHECK(database.execute(create));
    TRIBUTARY_CHECK(database.execute("PRAGMA user_version = " + std::to_string(version)));
    return transaction.commit();
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(handle_, other.handle_);
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::bind(int index, std::uint64_t value) {
    const int result = sqlite3_bind_int64(handle_, index, static_cast<sqlite3_int64>(value));
    TRIBUTARY_ASSERT(result == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    const int result = sqlite3_bind_text64(handle_, index, text.data(), text.size(),
                                           SQLITE_TRANSIENT, SQLITE_UTF8);
    TRIBUTARY_ASSERT(result == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int index, ByteView blob) {
    // A null pointer would bind NULL instead of an empty blob.
    static constexpr std::uint8_t kNothing = 0;
    const int result = sqlite3_bind_blob64(handle_, index, blob.empty() ? &kNothing : blob.data(),
                                           blob.size(), SQLITE_TRANSIENT);
    TRIBUTARY_ASSERT(result == SQLITE_OK);
    return *this;
}

Result<bool> Statement::step() {
    const int result = sqlite3_step(handle_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    const auto error = failure(database_, "cannot use");
    reset();
    return error;
}

Status Statement::run() {
    const auto row = step();
    if (!row) return fail(row.error());
    reset();
    return {};
}

void Statement::reset() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(handle_, column));
}

std::string Statement::text(int column) const {
    const Bytes bytes = blob(column);
    return std::string(as_text(bytes));
}

Bytes Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return data == nullptr ? Bytes{} : Bytes(data, data + size);
}

Result<Database> Database::open(const std::filesystem::path& file, int version,
                                const std::string& create) {
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    Database database(handle);
    if (opened != SQLITE_OK) return failure(handle, "cannot open", file.string());
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyMs);
    TRIBUTARY_CHECK(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
    TRIBUTARY_TRY(const int found, user_version(database));
    if (found == 0) {
        TRIBUTARY_CHECK(make_schema(database, version, create));
    } else if (found != version) {
        return fail(Errc::mismatch, file.string() + " has format " + std::to_string(found) +
                                        "; this program reads format " + std::to_string(version) +
                                        ". Update the program, or give another --state");
    }
    return database;
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Database::~Database() {
    // v2: the handle lives on until its last statement is gone, whatever the order of members.
    sqlite3_close_v2(handle_);
}

Status Database::execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return failure(handle_, "cannot use");
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) return failure(handle_, "cannot prepare a statement for");
    return Statement(handle_, statement);
}

std::uint64_t Database::last_id() const {
    return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(handle_));
}

Result<Transaction> Transaction::begin(Database& database) {
    TRIBUTARY_CHECK(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    // Fails only when SQLite rolled back by itself already.
    if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Status Transaction::commit() {
    TRIBUTARY_CHECK(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

}  // namespace tributary::netlayer
